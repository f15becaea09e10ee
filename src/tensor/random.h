// Random tensors from named streams (base/random.h). All float32 on the CPU, the same on every machine with
// the same C library.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flanmoe {

at::Tensor random_uniform(at::IntArrayRef shape, double low, double high, uint64_t key);
at::Tensor random_normal(at::IntArrayRef shape, double deviation, uint64_t key);
// Normal cut at two deviations; `deviation` is that of the result (T5X's truncated initialiser).
at::Tensor random_truncated_normal(at::IntArrayRef shape, double deviation, uint64_t key);

// Elementwise dropout: keeps with probability 1 - rate and divides by it; the identity when rate is 0. Differentiable
// in x.
at::Tensor dropout(const at::Tensor& x, double rate, uint64_t key);

}  // namespace flanmoe
