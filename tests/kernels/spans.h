// Tensors as the rows of numbers that the kernels of a single row take.
#pragma once

#include <ATen/ATen.h>

#include <span>

namespace flanmoe {

inline std::span<const float> numbers(const at::Tensor& x) {
  return {x.const_data_ptr<float>(), static_cast<size_t>(x.numel())};
}
inline std::span<float> room(at::Tensor& x) { return {x.mutable_data_ptr<float>(), static_cast<size_t>(x.numel())}; }

}  // namespace flanmoe
