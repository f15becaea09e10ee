// What ops that change tensors in place ask at their door.
#pragma once

#include <ATen/core/Tensor.h>

namespace flanmoe {

// Whether loops of the CPU over float32 can write it.
inline bool is_plain(const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(); }

// Fails unless `other` has this shape, and dtype and device of `value`.
inline void check_beside(const char* op, const at::Tensor& value, at::IntArrayRef shape, const at::Tensor& other) {
  TORCH_CHECK(shape == other.sizes() && value.scalar_type() == other.scalar_type() && value.device() == other.device(),
              op, ": ", shape, " ", value.scalar_type(), " on ", value.device(), " expected, got ", other.sizes(), " ",
              other.scalar_type(), " on ", other.device());
}

}  // namespace flanmoe
