#include "kernels/sparse_linear.h"

#include <ATen/ATen.h>

namespace flanmoe {

bool is_by_input(const at::Tensor& weights) {
  return weights.dim() == 2 && weights.stride(0) == 1 && weights.stride(1) == weights.size(0);
}

at::Tensor by_input(const at::Tensor& weights) {
  TORCH_CHECK(weights.dim() == 2 && weights.scalar_type() == at::kFloat && weights.is_contiguous() && weights.is_cpu(),
              "by_input: weights [D, F] contiguous float32 on the CPU expected");
  return kernels::by_input_cpu(weights);
}

void sparse_linear(std::span<const float> h, const at::Tensor& weights, std::span<float> out) {
  TORCH_CHECK(is_by_input(weights) && weights.scalar_type() == at::kFloat && weights.is_cpu() &&
                  static_cast<int64_t>(h.size()) == weights.size(1) &&
                  static_cast<int64_t>(out.size()) == weights.size(0),
              "sparse_linear: weights [", out.size(), ", ", h.size(), "] float32 by input on the CPU expected, got ",
              weights.sizes(), " ", weights.scalar_type());
  kernels::sparse_linear_cpu(h, weights, out);
}

}  // namespace flanmoe
