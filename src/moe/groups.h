// Groups: the sets of tokens that compete for an expert's room, and that room (reference/routing 1, 2; definitions.md).
#pragma once

#include <cstdint>
#include <vector>

#include "moe/options.h"

namespace flanmoe {

// Bounds of consecutive groups of real tokens: group g is [bounds[g], bounds[g + 1]).
using GroupBounds = std::vector<int64_t>;

// Training: all tokens cut to group_size (0 = one group). `num_tokens` >= 0.
GroupBounds cut_groups(int64_t num_tokens, int64_t group_size);

// clamp(round_half_even(factor * S / E), min_capacity, S); S when factor is 0 (no limit). The factor never contains k.
int64_t expert_capacity(double factor, int64_t group_tokens, int64_t num_experts, int64_t min_capacity);

}  // namespace flanmoe
