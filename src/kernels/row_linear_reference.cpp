#include <ATen/ATen.h>

#include "kernels/row_linear.h"

namespace flanmoe {

void row_linear_reference(std::span<const float> x, std::initializer_list<RowProduct> products) {
  for (const RowProduct& product : products) {
    const float* weights = product.weights.const_data_ptr<float>();
    for (size_t n = 0; n < product.out.size(); ++n) {
      double sum = 0.0;
      for (size_t d = 0; d < x.size(); ++d) sum += static_cast<double>(weights[n * x.size() + d]) * x[d];
      product.out[n] = static_cast<float>(sum);
    }
  }
}

}  // namespace flanmoe
