#include "moe/plan.h"

#include <ATen/ATen.h>

namespace flanmoe {

RowPlan plan_token_choice(const TokenChoices& choices, const GroupBounds& groups, int64_t num_experts,
                          const CapacityRule& rule, const at::Tensor& top_probability) {
  return plan_rows({choices.top, choices.asked, top_probability}, groups.tensor,
                   expert_capacities(rule, groups, num_experts), num_experts);
}

RowPlan plan_expert_choice(const at::Tensor& tokens) {
  const int64_t num_experts = tokens.size(0);
  const at::Tensor experts = at::arange(num_experts, tokens.options()).unsqueeze(1);
  return {tokens.reshape({-1}), (tokens * num_experts + experts).reshape({-1}),
          at::arange(num_experts + 1, tokens.options()) * tokens.size(1), at::Tensor()};
}

}  // namespace flanmoe
