#include "kernels/linear_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace flanmoe {

namespace kernels {

bool takes_few_rows(const at::Tensor& x, const at::Tensor& weight) {
  const bool needs_gradient = at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad());
  return !needs_gradient && x.is_cpu() && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
         weight.is_contiguous() && x.numel() <= kFewRows * x.size(-1);
}

}  // namespace kernels

at::Tensor linear_rows(const at::Tensor& x, const at::Tensor& weight) {
  TORCH_CHECK(weight.dim() == 2 && x.size(-1) == weight.size(1),
              "linear_rows: x [..., I] and weight [O, I] expected, got ", x.sizes(), " and ", weight.sizes());
  if (!kernels::takes_few_rows(x, weight)) return linear_rows_reference(x, weight);
  const at::Tensor rows = x.contiguous().view({-1, x.size(-1)});
  at::Tensor out = at::empty({rows.size(0), weight.size(0)}, x.options());
  kernels::few_rows_linear_cpu(rows, weight, out);
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = weight.size(0);
  return out.view(shape);
}

}  // namespace flanmoe
