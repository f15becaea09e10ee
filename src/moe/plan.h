// Step 3, plan: capacity and priority turned into rows sorted by expert. Legend: T real tokens, K choices, E experts,
// G groups, R kept rows.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "moe/capacity.h"
#include "moe/routing.h"
#include "moe/statistics.h"

namespace flanmoe {

struct Plan {
  at::Tensor tokens;          // [R] int64, token of each row; rows sorted by expert
  at::Tensor offsets;         // [E + 1] int64 on the CPU: rows of expert e are [offsets[e], offsets[e + 1])
  at::Tensor pairs;           // [R] int64: token choice, t * K + rank of the pair; expert choice, t * E + expert
  std::vector<uint8_t> kept;  // token choice: [T * K], 1 = the pair found room
  MoeStatistics counts;       // choices, drops, utilisation; without the router's entropy
};

// All first choices of a group precede all second ones; inside a rank by token position, or by falling top-1
// probability (RoomPriority::kProbability). A pair is kept while its expert has room (docs/routing.md 3).
// `top_probability` [T] is read for that priority only.
Plan plan_token_choice(const TokenChoices& choices, const GroupBounds& groups, int64_t num_experts,
                       const CapacityRule& rule, const std::vector<double>& top_probability);

Plan plan_expert_choice(const ExpertChoices& choices, const GroupBounds& groups, int64_t num_experts);

}  // namespace flanmoe
