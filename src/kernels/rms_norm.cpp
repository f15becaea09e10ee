#include "kernels/rms_norm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace flanmoe {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class RmsNorm : public torch::autograd::Function<RmsNorm> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& scale, double epsilon) {
    const at::Tensor rows = x.contiguous().view({-1, x.size(-1)});
    at::Tensor reciprocal;
    const at::Tensor out = kernels::rms_norm_cpu(rows, scale, epsilon, reciprocal);
    context->save_for_backward({rows, scale, reciprocal});
    return out.view(x.sizes());
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor gradient = gradients[0].contiguous().view(saved[0].sizes());
    auto result = kernels::rms_norm_cpu_gradients(gradient, saved[0], saved[1], saved[2]);
    return {result.x.view(gradients[0].sizes()), result.scale, at::Tensor()};
  }
};

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& scale, double epsilon) {
  TORCH_CHECK(scale.dim() == 1 && x.size(-1) == scale.size(0), "rms_norm: x [..., D] and scale [D] expected, got ",
              x.sizes(), " and ", scale.sizes());
  if (!x.is_cpu()) return rms_norm_reference(x, scale, epsilon);
  if (!at::GradMode::is_enabled()) {
    at::Tensor reciprocal;
    return kernels::rms_norm_cpu(x.contiguous().view({-1, x.size(-1)}), scale, epsilon, reciprocal).view(x.sizes());
  }
  return RmsNorm::apply(x, scale, epsilon);
}

}  // namespace flanmoe
