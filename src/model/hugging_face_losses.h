// Router losses as Hugging Face's Switch adds them (docs/routing.md 8, row HF4): the positions of all sparse layers
// of a stack are joined along the row, padding included; a row is a group; the stacks are added. Legend: B rows, L
// length, E experts.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "moe/stack.h"

namespace flanmoe {

struct PooledRouting {
  Stack stack = Stack::kEncoder;
  at::Tensor logits;  // [B, L, E], gradient to the router
  at::Tensor kept;    // [B, L] int64: the expert that took the position; 0 where it found no room
};

struct PooledLosses {
  at::Tensor balance, z;  // scalars
};
// At least one layer.
PooledLosses pooled_losses(const std::vector<PooledRouting>& layers);

}  // namespace flanmoe
