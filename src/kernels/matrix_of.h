// Tensors as the views of matrix_product.h.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/matrix_product.h"

namespace flanmoe::kernels {

// x [N, M] contiguous float32 on the CPU.
inline MatrixView matrix_of(const at::Tensor& x) { return {x.const_data_ptr<float>(), x.size(-1)}; }
inline MatrixView transpose_of(const at::Tensor& x) { return {x.const_data_ptr<float>(), x.size(-1), true}; }

// c [N, M] contiguous = a b, over a depth.
inline void product_into(const at::Tensor& c, MatrixView a, MatrixView b, int64_t depth) {
  matrix_product(c.size(0), c.size(1), depth, a, b, c.mutable_data_ptr<float>(), c.size(1));
}

}  // namespace flanmoe::kernels
