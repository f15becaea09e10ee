// A MoE layer written from the formulas alone, in double: slots by counting, a dense [T, E] combine matrix, every
// expert on every token, gradients by torch's own autograd. What moe_layer must agree with. Without noise: no jitter,
// no dropout, no random policy. Legend: T real tokens, D model, E experts, F hidden.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "moe/moe_layer.h"
#include "moe/weights.h"

namespace flanmoe {

struct NaiveMoe {
  at::Tensor hidden;                     // [T, D]
  at::Tensor balance_loss, z_loss;       // scalars
  std::vector<std::vector<bool>> asked;  // [T][E]
  std::vector<std::vector<bool>> kept;   // [T][E]
  std::vector<int64_t> capacity;         // per group
};

// x [T, D] double, weights double.
NaiveMoe naive_moe(const at::Tensor& x, const MoeWeights& weights, const GroupBounds& groups, const MoeOptions& options,
                   const MoeCall& call);

// FFN_e(x) for every row, in the dtype of x.
at::Tensor naive_expert(const at::Tensor& x, const MoeWeights& weights, int64_t expert);

}  // namespace flanmoe
