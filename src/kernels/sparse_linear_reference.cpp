#include <ATen/ATen.h>

#include "kernels/sparse_linear.h"

namespace flanmoe {

void sparse_linear_reference(std::span<const float> h, const at::Tensor& weights, std::span<float> out) {
  const float* first = weights.const_data_ptr<float>();
  for (size_t d = 0; d < out.size(); ++d) {
    const float* weight = first + static_cast<int64_t>(d) * weights.stride(0);
    double sum = 0.0;
    for (const float value : h) {
      sum += static_cast<double>(value) * *weight;
      weight += weights.stride(1);
    }
    out[d] = static_cast<float>(sum);
  }
}

}  // namespace flanmoe
