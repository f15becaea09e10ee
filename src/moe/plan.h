// Step 3, plan: capacity and priority turned into rows sorted by expert. Legend: T real tokens, K choices, E experts,
// C tokens of an expert.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "kernels/plan_rows.h"
#include "moe/capacity.h"
#include "moe/groups.h"
#include "moe/router_choice.h"

namespace flanmoe {

// All first choices of a group precede all second ones; inside a rank by token position, or by falling top-1
// probability (RoomPriority::kProbability). A pair is kept while its expert has room (docs/routing.md 3).
// `top_probability` [T] for that priority, else undefined.
RowPlan plan_token_choice(const TokenChoices& choices, const GroupBounds& groups, int64_t num_experts,
                          const CapacityRule& rule, const at::Tensor& top_probability);

// Everything that was chosen, tokens [E, C] (choose_tokens). A pair is t * E + expert, `kept` is undefined.
RowPlan plan_expert_choice(const at::Tensor& tokens);

}  // namespace flanmoe
