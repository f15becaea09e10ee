// Tensors as the views of matrix_product.h.
#pragma once

#include <ATen/core/Tensor.h>

#include "kernels/matrix_product.h"

namespace flanmoe::kernels {

// x [N, M] contiguous float32 on the CPU.
inline MatrixView matrix_of(const at::Tensor& x) { return {x.const_data_ptr<float>(), x.size(-1)}; }
inline MatrixView transpose_of(const at::Tensor& x) { return {x.const_data_ptr<float>(), x.size(-1), true}; }

}  // namespace flanmoe::kernels
