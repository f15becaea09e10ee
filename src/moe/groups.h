// Groups: the sets of tokens that compete for an expert's room (docs/routing.md 1).
// Legend: T real tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace flanmoe {

// Bounds of consecutive groups of real tokens: group g is [bounds[g], bounds[g + 1]).
using GroupBounds = std::vector<int64_t>;

// Training: all tokens cut to group_size (0 = one group). `num_tokens` >= 0.
GroupBounds cut_groups(int64_t num_tokens, int64_t group_size);

// Which positions are routed and who competes with whom: the real tokens, or every position under Hugging Face's rule,
// which routes and counts padding.
struct MoeTokenPlaces {
  at::Tensor positions;  // [T] int64, rising
  GroupBounds groups;    // over these
};

}  // namespace flanmoe
