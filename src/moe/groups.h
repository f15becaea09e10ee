// Groups: the sets of tokens that compete for an expert's room, and that room (docs/routing.md 1, 2).
// Legend: T real tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "moe/options.h"

namespace flanmoe {

// Bounds of consecutive groups of real tokens: group g is [bounds[g], bounds[g + 1]).
using GroupBounds = std::vector<int64_t>;

// Training: all tokens cut to group_size (0 = one group). `num_tokens` >= 0.
GroupBounds cut_groups(int64_t num_tokens, int64_t group_size);

// Which positions are real and who competes with whom. Padding is never routed and uses no room.
struct MoeTokenPlaces {
  at::Tensor positions;  // [T] int64: positions of the real tokens, rising
  GroupBounds groups;    // over real tokens
};

// The room of an expert in a group of S tokens: clamp(round_half_even(factor * S / E), least, S), the factor never
// containing k; S when factor is 0 (no limit). An `absolute` room stands in for all that (Hugging Face).
struct CapacityRule {
  double factor = 0.0;
  int64_t least = 1;
  int64_t absolute = 0;  // 0 = by factor
};
int64_t expert_capacity(const CapacityRule& rule, int64_t group_tokens, int64_t num_experts);

}  // namespace flanmoe
