// What the tests of optimiser steps share.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <functional>
#include <vector>

namespace flanmoe::cases {

// The largest gap between numbers, each over the size of its own and that of a usual one.
inline double largest_relative(const at::Tensor& mine, const at::Tensor& oracle) {
  if (oracle.numel() == 0) return 0.0;
  const at::Tensor a = mine.to(at::kCPU, at::kDouble), b = oracle.to(at::kCPU, at::kDouble);
  return ((a - b).abs() / (b.abs() + b.square().mean().sqrt() + 1e-300)).max().item<double>();
}

inline bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  return a.contiguous().view(at::kInt).equal(b.contiguous().view(at::kInt));
}

// What `work` gives with 1, 2 and 3 threads.
inline std::vector<at::Tensor> by_threads(const std::function<at::Tensor()>& work) {
  const int threads = at::get_num_threads();
  std::vector<at::Tensor> all;
  for (const int count : {1, 2, 3}) {
    at::set_num_threads(count);
    all.push_back(work());
  }
  at::set_num_threads(threads);
  return all;
}

}  // namespace flanmoe::cases
