#include "kernels/grouped_linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace flanmoe {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void check_arguments(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& offsets) {
  TORCH_CHECK(rows.dim() == 2 && weights.dim() == 3 && rows.size(1) == weights.size(2),
              "grouped_linear: rows [R, I] and weights [E, O, I] expected, got ", rows.sizes(), " and ",
              weights.sizes());
  TORCH_CHECK(offsets.dim() == 1 && offsets.size(0) == weights.size(0) + 1 && offsets.scalar_type() == at::kLong,
              "grouped_linear: offsets [E + 1] int64 expected, got ", offsets.sizes());
  TORCH_CHECK(rows.scalar_type() == weights.scalar_type(), "grouped_linear: rows and weights differ in dtype");
}

class GroupedLinear : public torch::autograd::Function<GroupedLinear> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& rows, const at::Tensor& weights,
                            const at::Tensor& offsets) {
    context->save_for_backward({rows, weights, offsets});
    return kernels::grouped_linear_cpu(rows, weights, offsets);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor gradient = gradients[0].contiguous();
    variable_list wanted(3);
    if (context->needs_input_grad(0))
      wanted[0] = kernels::grouped_linear_cpu_input_gradient(gradient, saved[1], saved[2]);
    if (context->needs_input_grad(1))  // experts may be frozen
      wanted[1] = kernels::grouped_linear_cpu_weight_gradient(gradient, saved[0], saved[2]);
    return wanted;
  }
};

}  // namespace

at::Tensor grouped_linear(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& offsets) {
  check_arguments(rows, weights, offsets);
  if (!rows.is_cpu()) return grouped_linear_reference(rows, weights, offsets);
  if (!at::GradMode::is_enabled()) return kernels::grouped_linear_cpu(rows.contiguous(), weights, offsets);
  return GroupedLinear::apply(rows.contiguous(), weights.contiguous(), offsets);
}

}  // namespace flanmoe
