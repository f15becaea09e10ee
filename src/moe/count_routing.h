// Statistics of one pass, counted from choices and plan (of expert choice from the plan alone), when asked. Without the
// router's entropy.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "kernels/plan_rows.h"
#include "moe/capacity.h"
#include "moe/groups.h"
#include "moe/router_choice.h"
#include "moe/statistics.h"

namespace flanmoe {

MoeStatistics count_token_choice(const TokenChoices& choices, const RowPlan& plan, const GroupBounds& groups,
                                 int64_t num_experts, const CapacityRule& rule);
// `tokens` [E, C] of choose_tokens.
MoeStatistics count_expert_choice(const at::Tensor& tokens, const GroupBounds& groups, const CapacityRule& rule);

}  // namespace flanmoe
