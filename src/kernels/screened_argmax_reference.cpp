#include <ATen/ATen.h>

#include <limits>

#include "kernels/screened_argmax.h"

namespace flanmoe {

std::optional<int64_t> argmax_reference(const at::Tensor& x, const at::Tensor& weights,
                                        const std::vector<int64_t>& excluded) {
  const at::Tensor products = at::mv(weights, x);
  for (const int64_t n : excluded) products[n] = -std::numeric_limits<float>::infinity();
  const int64_t best = products.argmax().item<int64_t>();
  if (!at::isfinite(products[best]).item<bool>()) return std::nullopt;
  return best;
}

}  // namespace flanmoe
