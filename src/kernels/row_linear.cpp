#include "kernels/row_linear.h"

#include <ATen/ATen.h>

namespace flanmoe {
namespace {

void check_product(std::span<const float> x, const RowProduct& product) {
  const at::Tensor& weights = product.weights;
  TORCH_CHECK(weights.dim() == 2 && weights.size(0) == static_cast<int64_t>(product.out.size()) &&
                  weights.size(1) == static_cast<int64_t>(x.size()) && weights.scalar_type() == at::kFloat &&
                  weights.is_contiguous() && weights.is_cpu(),
              "row_linear: weights [", product.out.size(), ", ", x.size(),
              "] contiguous float32 on the CPU expected, got ", weights.sizes(), " ", weights.scalar_type());
}

}  // namespace

void row_linear(std::span<const float> x, std::initializer_list<RowProduct> products) {
  for (const RowProduct& product : products) check_product(x, product);
  kernels::row_linear_cpu(x, products);
}

}  // namespace flanmoe
