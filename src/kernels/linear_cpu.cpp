#include <ATen/ATen.h>

#include "kernels/linear.h"
#include "kernels/matrix_of.h"

namespace flanmoe::kernels {

at::Tensor linear_cpu(const at::Tensor& x, const at::Tensor& weight) {
  const at::Tensor out = at::empty({x.size(0), weight.size(0)}, x.options());
  product_into(out, matrix_of(x), transpose_of(weight), x.size(1));
  return out;
}

at::Tensor linear_cpu_input_gradient(const at::Tensor& gradient, const at::Tensor& weight) {
  const at::Tensor out = at::empty({gradient.size(0), weight.size(1)}, gradient.options());
  product_into(out, matrix_of(gradient), matrix_of(weight), gradient.size(1));
  return out;
}

at::Tensor linear_cpu_weight_gradient(const at::Tensor& gradient, const at::Tensor& x) {
  const at::Tensor out = at::empty({gradient.size(1), x.size(1)}, x.options());
  product_into(out, transpose_of(gradient), matrix_of(x), x.size(0));
  return out;
}

}  // namespace flanmoe::kernels
