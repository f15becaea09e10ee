// One step of AdamW: m += (1 - beta1) (g - m), v += (1 - beta2) (g^2 - v), both corrected for their start at zero,
// value -= rate (m' / (sqrt(v') + epsilon) + decay value). No gradient.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include <cstdint>

namespace flanmoe {

// A parameter and its moments, all of one shape, dtype and device; value, m and v are changed.
struct AdamWParameter {
  at::Tensor value, gradient, m, v;
};

struct AdamWRule {
  double learning_rate = 0.0;
  double beta1 = 0.9, beta2 = 0.99, epsilon = 1e-8, weight_decay = 0.0;
  double gradient_scale = 1.0;  // multiplies every gradient: clipping
  int64_t step = 0;             // counts from 0
};

// float32 on the CPU: one pass over memory for all of them, the same bits for any number of threads. Where a gradient
// is zero nothing is left out: momentum and decay move the value all the same.
void adamw_step(at::ArrayRef<AdamWParameter> parameters, const AdamWRule& rule);

// One parameter by torch's own operations, for any device and dtype: the oracle.
void adamw_step_reference(const AdamWParameter& parameter, const AdamWRule& rule);

namespace kernels {
// Of contiguous float32.
void adamw_step_cpu(at::ArrayRef<AdamWParameter> parameters, const AdamWRule& rule);
}  // namespace kernels

}  // namespace flanmoe
