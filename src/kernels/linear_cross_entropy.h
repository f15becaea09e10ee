// Cross-entropy of logits that are never held whole: the mean over rows of -log softmax(hidden W^T)[target], natural
// log. Legend: T rows, D width, V vocabulary. hidden [T, D], weight [V, D], targets [T] int64 in [0, V) -> a scalar.
// Gradients: hidden and weight. A few rows' logits at a time, float32 on the CPU; their gradients are made with them,
// so that the backward pass only passes them on. Cost 6 T D V in all. Tensor expressions for other dtypes and devices.
#pragma once

#include <ATen/core/Tensor.h>

namespace flanmoe {

at::Tensor linear_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets);

// The plain twin, by torch's own operations: the oracle.
at::Tensor linear_cross_entropy_reference(const at::Tensor& hidden, const at::Tensor& weight,
                                          const at::Tensor& targets);

namespace kernels {
struct LossAndGradients {
  at::Tensor loss, hidden, weight;  // gradients undefined where not wanted
};
// All contiguous.
LossAndGradients linear_cross_entropy_cpu(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& targets,
                                          bool of_hidden, bool of_weight);
}  // namespace kernels

}  // namespace flanmoe
