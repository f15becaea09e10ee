// The product with a weight, x W^T, with gradient: every layer's but the experts' (kernels/grouped_linear.h, which take
// rows sorted by expert). Decoding of a single row has its own without gradient (kernels/row_linear.h and its kin).
// Legend: I inputs, O outputs. Gradients: x and the weight. Cost 2 N I O for N rows, thrice that with backward.
#pragma once

#include <ATen/core/Tensor.h>

#include "tensor/linear.h"

namespace flanmoe {

// From so many rows of float32 on the CPU on, our own products are taken (kernels/matrix_product.h), and the numbers of
// a row are the same bits whatever the others; libtorch's for fewer, where packing a weight would not pay, for other
// dtypes and on other devices.
inline constexpr int64_t kRowsOfOwnProducts = 32;

// x [..., I], weight [O, I] -> [..., O], in the dtype of x.
at::Tensor linear(const at::Tensor& x, const Linear& projection);

// The plain twin, by torch's own product: the oracle.
at::Tensor linear_reference(const at::Tensor& x, const Linear& projection);

namespace kernels {
// The three products, of contiguous matrices: x W^T [N, O] of x [N, I]; gradient W [N, I] and gradient^T x [O, I] of
// gradient [N, O].
at::Tensor linear_cpu(const at::Tensor& x, const at::Tensor& weight);
at::Tensor linear_cpu_input_gradient(const at::Tensor& gradient, const at::Tensor& weight);
at::Tensor linear_cpu_weight_gradient(const at::Tensor& gradient, const at::Tensor& x);
}  // namespace kernels

}  // namespace flanmoe
