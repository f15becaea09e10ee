// Random tensors from numbered streams (base/random.h): element i is drawn from the numbers of element i alone, so that
// threads, shards and devices draw the same. Float32, unless said otherwise.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flanmoe {

at::Tensor random_uniform(at::IntArrayRef shape, double low, double high, uint64_t key, at::Device device = at::kCPU);
// [count] float64 of [0, 1).
at::Tensor random_unit(int64_t count, uint64_t key, at::Device device);

// Initial weights, on the CPU: the same on every machine with the same C library.
at::Tensor random_normal(at::IntArrayRef shape, double deviation, uint64_t key);
// Normal cut at two deviations; `deviation` is that of the result (T5X's truncated initialiser).
at::Tensor random_truncated_normal(at::IntArrayRef shape, double deviation, uint64_t key);

// Elementwise dropout: keeps with probability 1 - rate and divides by it; the identity when rate is 0. On the device of
// x. Differentiable in x.
at::Tensor dropout(const at::Tensor& x, double rate, uint64_t key);
// What it multiplies with: 0 or 1 / (1 - rate), float32, on the CPU.
at::Tensor dropout_mask(at::IntArrayRef shape, double rate, uint64_t key);

// The streams as tensor expressions, for any device: the oracle of the loops on the CPU. [count] int64, the bits of
// random_word(key, 0), random_word(key, 1), ...
at::Tensor random_words_reference(int64_t count, uint64_t key, at::Device device);
at::Tensor dropout_mask_reference(at::IntArrayRef shape, double rate, uint64_t key, at::Device device);

}  // namespace flanmoe
