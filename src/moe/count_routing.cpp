#include "moe/count_routing.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace flanmoe {
namespace {

MoeStatistics empty_counts(int64_t num_experts, int64_t num_tokens) {
  MoeStatistics counts;
  counts.num_experts = num_experts;
  counts.num_tokens = num_tokens;
  counts.routed.assign(num_experts, 0);
  counts.kept.assign(num_experts, 0);
  return counts;
}

int64_t sum_of(const std::vector<int64_t>& counts) { return std::accumulate(counts.begin(), counts.end(), int64_t{0}); }

void count_group(MoeStatistics& counts, const std::vector<int64_t>& kept_in_group, int64_t capacity) {
  for (size_t e = 0; e < kept_in_group.size(); ++e) {
    counts.kept[e] += kept_in_group[e];
    counts.utilisation_sum += static_cast<double>(kept_in_group[e]) / static_cast<double>(capacity);
  }
  counts.utilisation_count += static_cast<int64_t>(kept_in_group.size());
}

}  // namespace

MoeStatistics count_token_choice(const TokenChoices& choices, const RowPlan& plan, const GroupBounds& groups,
                                 int64_t num_experts, const CapacityRule& rule) {
  const at::Tensor top = choices.top.cpu().contiguous(), asked = choices.asked.cpu().contiguous(),
                   kept = plan.kept.cpu().contiguous();
  const int64_t k = top.size(1);
  MoeStatistics counts = empty_counts(num_experts, top.size(0));
  for (size_t g = 0; g + 1 < groups.host.size(); ++g) {
    const int64_t begin = groups.host[g], end = groups.host[g + 1];
    std::vector<int64_t> kept_in_group(num_experts, 0);
    for (int64_t t = begin; t < end; ++t) {
      int64_t num_asked = 0, num_kept = 0;
      for (int64_t pair = t * k; pair < (t + 1) * k; ++pair) {
        const int64_t expert = top.const_data_ptr<int64_t>()[pair];
        const bool is_asked = asked.const_data_ptr<bool>()[pair], is_kept = kept.const_data_ptr<bool>()[pair];
        num_asked += is_asked;
        num_kept += is_kept;
        counts.routed[expert] += is_asked;
        kept_in_group[expert] += is_kept;
      }
      counts.num_dropped_tokens += num_asked > 0 && num_kept == 0;
    }
    count_group(counts, kept_in_group, expert_capacity(rule, end - begin, num_experts));
  }
  counts.num_choices = sum_of(counts.routed);
  counts.num_dropped_choices = counts.num_choices - sum_of(counts.kept);
  return counts;
}

MoeStatistics count_expert_choice(const at::Tensor& tokens, const GroupBounds& groups, const CapacityRule& rule) {
  const int64_t num_experts = tokens.size(0), num_tokens = groups.host.back();
  MoeStatistics counts = empty_counts(num_experts, num_tokens);
  for (size_t g = 0; g + 1 < groups.host.size(); ++g) {  // what an expert has room for, it takes
    const int64_t capacity = expert_capacity(rule, groups.host[g + 1] - groups.host[g], num_experts);
    count_group(counts, std::vector<int64_t>(num_experts, capacity), capacity);
  }
  counts.routed = counts.kept;
  counts.num_choices = tokens.numel();
  const at::Tensor unchosen = at::ones({num_tokens}, tokens.options()).index_fill(0, tokens.reshape({-1}), 0);
  counts.num_unchosen_tokens = unchosen.sum().item<int64_t>();
  return counts;
}

}  // namespace flanmoe
