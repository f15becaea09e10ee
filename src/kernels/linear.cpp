#include "kernels/linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace flanmoe {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class LinearProduct : public torch::autograd::Function<LinearProduct> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight) {
    context->save_for_backward({x, weight});
    return kernels::linear_cpu(x, weight);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor gradient = gradients[0].contiguous();
    variable_list wanted(2);
    if (context->needs_input_grad(0)) wanted[0] = kernels::linear_cpu_input_gradient(gradient, saved[1]);
    if (context->needs_input_grad(1))
      wanted[1] = kernels::linear_cpu_weight_gradient(gradient, saved[0]);  // it may be frozen
    return wanted;
  }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const Linear& projection) {
  const at::Tensor& weight = projection.weight;
  TORCH_CHECK(weight.dim() == 2 && x.dim() > 0 && x.size(-1) == weight.size(1),
              "linear: x [..., I] and weight [O, I] expected, got ", x.sizes(), " and ", weight.sizes());
  const bool own = x.is_cpu() && x.scalar_type() == at::kFloat && weight.scalar_type() == at::kFloat &&
                   x.numel() >= kRowsOfOwnProducts * x.size(-1);
  if (!own) return linear_reference(x, projection);
  const at::Tensor rows = x.contiguous().view({-1, x.size(-1)});
  const at::Tensor out = at::GradMode::is_enabled() ? LinearProduct::apply(rows, weight.contiguous())
                                                    : kernels::linear_cpu(rows, weight.contiguous());
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.back() = weight.size(0);
  return out.view(sizes);
}

}  // namespace flanmoe
