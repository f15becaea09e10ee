// A projection without bias: out[..., o] = sum_i x[..., i] weight[o, i]. Legend: R rows (all leading dimensions of x),
// I input width, O output width. x [..., I], weight [O, I] of one floating dtype -> [..., O]. Gradients: x, weight.
// Cost 2 R I O.
#pragma once

#include <ATen/core/Tensor.h>

namespace flanmoe {

// Decoding has few rows, and all its time goes into reading the weights once: without gradients, float32 on the CPU and
// at most kFewRows rows, each thread streams its part of the weights past all rows. Else the reference.
inline constexpr int64_t kFewRows = 4;
at::Tensor linear_rows(const at::Tensor& x, const at::Tensor& weight);

// The plain twin, at::matmul: the oracle, and what many rows need.
at::Tensor linear_rows_reference(const at::Tensor& x, const at::Tensor& weight);

namespace kernels {
// x [R, I] and weight [O, I] float32, contiguous; out [R, O].
void few_rows_linear_cpu(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out);
bool takes_few_rows(const at::Tensor& x, const at::Tensor& weight);
}  // namespace kernels

}  // namespace flanmoe
