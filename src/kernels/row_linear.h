// Products of one vector with the rows of matrices, for decoding one row: as fast as memory gives the weights, and one
// start of the threads for all matrices that meet the same vector. For inference: no gradients.
// Legend: N outputs, D inputs. Float32. The same bits for any number of threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <span>

namespace flanmoe {

struct RowProduct {
  const at::Tensor& weights;  // [N, D] contiguous, on the CPU
  std::span<float> out;       // [N]
};

// out = weights x of every product; x [D].
void row_linear(std::span<const float> x, std::initializer_list<RowProduct> products);

// The plain twin: the oracle.
void row_linear_reference(std::span<const float> x, std::initializer_list<RowProduct> products);

namespace kernels {
// Of products that fit x.
void row_linear_cpu(std::span<const float> x, std::initializer_list<RowProduct> products);
}  // namespace kernels

}  // namespace flanmoe
