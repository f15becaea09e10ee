// Grouped product of sorted rows: row r belongs to expert e when offsets[e] <= r < offsets[e + 1], and
//   out[r, :] = rows[r, :] W_e^T.
// Legend: R routed rows, E experts, I input width, O output width.
// rows [R, I], weights [E, O, I] of one floating dtype, offsets [E + 1] int64 beside them, offsets[0] = 0, offsets[E] =
// R. Returns [R, O]. Gradients: rows and weights; an expert without rows gets a zero gradient. Cost 2 R I O, thrice
// that with backward.
#pragma once

#include <ATen/core/Tensor.h>

namespace flanmoe {

at::Tensor grouped_linear(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& offsets);

// The plain twin: one matrix product per expert, autograd by torch. The oracle.
at::Tensor grouped_linear_reference(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& offsets);

namespace kernels {
// The three products on the CPU, written into slices of one result.
at::Tensor grouped_linear_cpu(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& offsets);
at::Tensor grouped_linear_cpu_input_gradient(const at::Tensor& gradient, const at::Tensor& weights,
                                             const at::Tensor& offsets);
at::Tensor grouped_linear_cpu_weight_gradient(const at::Tensor& gradient, const at::Tensor& rows,
                                              const at::Tensor& offsets);
}  // namespace kernels

}  // namespace flanmoe
