// Product of a vector that is mostly zeros, as a ReLU leaves it, with a matrix: weights that meet a zero are not read.
//   out = weights h
// Legend: F inputs, D outputs. h [F], weights [D, F] float32 on the CPU, laid out input by input (strides 1 and D: see
// by_input); out [D]. For inference: no gradients. The same bits for any number of threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <span>

namespace flanmoe {

void sparse_linear(std::span<const float> h, const at::Tensor& weights, std::span<float> out);

// The same matrix [D, F], laid out so that the weights of one input lie side by side.
at::Tensor by_input(const at::Tensor& weights);
bool is_by_input(const at::Tensor& weights);

// The plain twin, which reads every weight, in double: the oracle.
void sparse_linear_reference(std::span<const float> h, const at::Tensor& weights, std::span<float> out);

namespace kernels {
// Of sizes and layouts that fit.
void sparse_linear_cpu(std::span<const float> h, const at::Tensor& weights, std::span<float> out);
at::Tensor by_input_cpu(const at::Tensor& weights);
}  // namespace kernels

}  // namespace flanmoe
