#include "kernels/linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "kernels/matrix_of.h"

namespace flanmoe {
namespace {

using kernels::matrix_of, kernels::matrix_product, kernels::transpose_of;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// x [N, I] W^T -> [N, O]
at::Tensor product(const at::Tensor& x, const at::Tensor& weight) {
  const int64_t rows = x.size(0), inputs = weight.size(1), outputs = weight.size(0);
  const at::Tensor out = at::empty({rows, outputs}, x.options());
  matrix_product(rows, outputs, inputs, matrix_of(x), transpose_of(weight), out.mutable_data_ptr<float>(), outputs);
  return out;
}

// gradient [N, O] W -> [N, I]
at::Tensor input_gradient(const at::Tensor& gradient, const at::Tensor& weight) {
  const int64_t rows = gradient.size(0), inputs = weight.size(1), outputs = weight.size(0);
  const at::Tensor out = at::empty({rows, inputs}, gradient.options());
  matrix_product(rows, inputs, outputs, matrix_of(gradient), matrix_of(weight), out.mutable_data_ptr<float>(), inputs);
  return out;
}

// gradient^T [O, N] x [N, I] -> [O, I]
at::Tensor weight_gradient(const at::Tensor& gradient, const at::Tensor& x) {
  const int64_t rows = x.size(0), inputs = x.size(1), outputs = gradient.size(1);
  const at::Tensor out = at::empty({outputs, inputs}, x.options());
  matrix_product(outputs, inputs, rows, transpose_of(gradient), matrix_of(x), out.mutable_data_ptr<float>(), inputs);
  return out;
}

class LinearProduct : public torch::autograd::Function<LinearProduct> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight) {
    context->save_for_backward({x, weight});
    return product(x, weight);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor gradient = gradients[0].contiguous();
    variable_list wanted(2);
    if (context->needs_input_grad(0)) wanted[0] = input_gradient(gradient, saved[1]);
    if (context->needs_input_grad(1)) wanted[1] = weight_gradient(gradient, saved[0]);  // it may be frozen
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
  const at::Tensor out =
      at::GradMode::is_enabled() ? LinearProduct::apply(rows, weight.contiguous()) : product(rows, weight.contiguous());
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.back() = weight.size(0);
  return out.view(sizes);
}

}  // namespace flanmoe
