#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "kernels/plan_rows.h"

namespace flanmoe::kernels {
namespace {

// Tokens of a group in the order in which they are served.
std::vector<int64_t> service_order(int64_t begin, int64_t end, const at::Tensor& priority) {
  std::vector<int64_t> order(static_cast<size_t>(end - begin));
  std::iota(order.begin(), order.end(), begin);
  if (!priority.defined()) return order;
  AT_DISPATCH_FLOATING_TYPES(priority.scalar_type(), "plan_rows", [&] {
    const scalar_t* of = priority.const_data_ptr<scalar_t>();
    std::stable_sort(order.begin(), order.end(), [of](int64_t a, int64_t b) { return of[a] > of[b]; });
  });
  return order;
}

// The kept pairs, in the order in which they are served; `kept` [T * K] holds false and becomes true for them.
std::vector<int64_t> serve(const PairsAsked& pairs, const at::Tensor& bounds, const at::Tensor& room,
                           int64_t num_experts, bool* kept) {
  const int64_t k = pairs.experts.size(1);
  const int64_t *experts = pairs.experts.const_data_ptr<int64_t>(), *bound = bounds.const_data_ptr<int64_t>();
  const bool* asked = pairs.asked.const_data_ptr<bool>();
  std::vector<int64_t> served;
  served.reserve(static_cast<size_t>(pairs.experts.numel()));
  for (int64_t g = 0; g < room.size(0); ++g) {
    std::vector<int64_t> left(static_cast<size_t>(num_experts), room.const_data_ptr<int64_t>()[g]);
    const auto order = service_order(bound[g], bound[g + 1], pairs.priority);
    for (int64_t rank = 0; rank < k; ++rank) {
      for (const int64_t t : order) {
        const int64_t pair = t * k + rank;
        if (!asked[pair] || left[experts[pair]] == 0) continue;
        --left[experts[pair]];
        kept[pair] = true;
        served.push_back(pair);
      }
    }
  }
  return served;
}

}  // namespace

RowPlan plan_rows_cpu(const PairsAsked& pairs, const at::Tensor& bounds, const at::Tensor& room, int64_t num_experts) {
  const int64_t k = pairs.experts.size(1);
  const int64_t* experts = pairs.experts.const_data_ptr<int64_t>();
  RowPlan plan;
  plan.kept = at::zeros_like(pairs.asked);
  const std::vector<int64_t> served = serve(pairs, bounds, room, num_experts, plan.kept.mutable_data_ptr<bool>());
  // Counting sort by expert, order kept inside an expert.
  plan.offsets = at::zeros({num_experts + 1}, at::kLong);
  int64_t* offsets = plan.offsets.mutable_data_ptr<int64_t>();
  for (const int64_t pair : served) ++offsets[experts[pair] + 1];
  std::partial_sum(offsets, offsets + num_experts + 1, offsets);
  plan.tokens = at::empty({static_cast<int64_t>(served.size())}, at::kLong);
  plan.pairs = at::empty_like(plan.tokens);
  int64_t *tokens = plan.tokens.mutable_data_ptr<int64_t>(), *sorted = plan.pairs.mutable_data_ptr<int64_t>();
  std::vector<int64_t> next(offsets, offsets + num_experts);
  for (const int64_t pair : served) {
    const int64_t row = next[experts[pair]]++;
    tokens[row] = pair / k;
    sorted[row] = pair;
  }
  return plan;
}

}  // namespace flanmoe::kernels
