#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <algorithm>

#include "kernels/top_experts.h"

namespace flanmoe::kernels {
namespace {

// The k largest of row[0..num_experts), largest first, ties to the lowest index.
template <class T>
void pick_top(const T* row, int64_t num_experts, int64_t k, int64_t* top) {
  for (int64_t rank = 0; rank < k; ++rank) {
    int64_t best = -1;
    for (int64_t e = 0; e < num_experts; ++e) {
      if (best >= 0 && !(row[e] > row[best])) continue;
      if (std::find(top, top + rank, e) == top + rank) best = e;
    }
    top[rank] = best;
  }
}

// An expert drawn from the probabilities without `first`, by a number of [0, 1).
template <class T>
int64_t draw_second(const T* row, int64_t num_experts, int64_t first, double draw) {
  double total = 0.0;
  for (int64_t e = 0; e < num_experts; ++e) total += e == first ? 0.0 : static_cast<double>(row[e]);
  double sum = 0.0;
  int64_t last = -1;
  for (int64_t e = 0; e < num_experts; ++e) {
    if (e == first) continue;
    last = e;
    sum += static_cast<double>(row[e]);
    if (sum > draw * total) break;
  }
  return last;
}

}  // namespace

TopExperts top_experts_cpu(const at::Tensor& probabilities, int64_t k, const SecondChoice& second) {
  const int64_t num_tokens = probabilities.size(0), num_experts = probabilities.size(1);
  TopExperts top{at::empty({num_tokens, k}, at::kLong), at::ones({num_tokens, k}, at::kBool)};
  int64_t* experts = top.experts.mutable_data_ptr<int64_t>();
  bool* asked = top.asked.mutable_data_ptr<bool>();
  const double* draws = k >= 2 && second.draws.defined() ? second.draws.const_data_ptr<double>() : nullptr;
  const double* limits = k >= 2 && second.limits.defined() ? second.limits.const_data_ptr<double>() : nullptr;
  AT_DISPATCH_FLOATING_TYPES(probabilities.scalar_type(), "top_experts", [&] {
    const scalar_t* row = probabilities.const_data_ptr<scalar_t>();
    for (int64_t t = 0; t < num_tokens; ++t, row += num_experts, experts += k) {
      pick_top(row, num_experts, k, experts);
      if (draws) experts[1] = draw_second(row, num_experts, experts[0], draws[t]);
      if (!limits) continue;
      const auto first = static_cast<double>(row[experts[0]]), then = static_cast<double>(row[experts[1]]);
      asked[t * k + 1] = then / (first + then + kGateEpsilon) > limits[t];
    }
  });
  return top;
}

}  // namespace flanmoe::kernels
