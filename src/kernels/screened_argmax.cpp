#include "kernels/screened_argmax.h"

#include <ATen/ATen.h>

namespace flanmoe {

Screen make_screen(const at::Tensor& weights) {
  TORCH_CHECK(weights.dim() == 2 && weights.scalar_type() == at::kFloat && weights.is_contiguous() && weights.is_cpu(),
              "make_screen: weights [N, D] contiguous float32 on the CPU expected");
  return kernels::make_screen_cpu(weights);
}

std::optional<int64_t> screened_argmax(const at::Tensor& x, const at::Tensor& weights, const Screen& screen,
                                       const std::vector<int64_t>& excluded) {
  TORCH_CHECK(weights.dim() == 2 && x.dim() == 1 && x.size(0) == weights.size(1),
              "screened_argmax: x [D] and weights [N, D] expected, got ", x.sizes(), " and ", weights.sizes());
  TORCH_CHECK(screen.codes.sizes() == weights.sizes(), "screened_argmax: the screen is of a matrix ",
              screen.codes.sizes(), ", the weights are ", weights.sizes());
  TORCH_CHECK(x.scalar_type() == at::kFloat && weights.scalar_type() == at::kFloat && x.is_contiguous() &&
                  weights.is_contiguous(),
              "screened_argmax: contiguous float32 expected");
  if (!weights.is_cpu()) return argmax_reference(x, weights, excluded);
  return kernels::screened_argmax_cpu(x, weights, screen, excluded);
}

}  // namespace flanmoe
