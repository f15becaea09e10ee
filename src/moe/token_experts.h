// Which experts took each token: for those who look on, when asked. Legend: T real tokens, R rows, E experts, W the
// most experts that any token has, at least 1, K choices.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "kernels/plan_rows.h"

namespace flanmoe {

struct TokenExperts {
  at::Tensor experts;  // [T, W] int64: kept experts by falling weight, equal ones by index; -1 = none
  at::Tensor weights;  // [T, W] float32, 0 = none
  at::Tensor asked;    // [T] int64 pairs asked for; 0 under expert choice, where tokens do not ask
  at::Tensor refused;  // [T, K] int64: the expert of a choice that was asked for and found full, else -1
};

// `weights` [R] of the plan's rows, `asked` [T], `refused` [T, K].
TokenExperts token_experts(const RowPlan& plan, const at::Tensor& weights, const at::Tensor& asked,
                           const at::Tensor& refused);

}  // namespace flanmoe
