#include <ATen/ATen.h>

#include "kernels/linear.h"
#include "kernels/matrix_of.h"

namespace flanmoe::kernels {

at::Tensor linear_cpu(const at::Tensor& x, const at::Tensor& weight) {
  const int64_t rows = x.size(0), inputs = weight.size(1), outputs = weight.size(0);
  const at::Tensor out = at::empty({rows, outputs}, x.options());
  matrix_product(rows, outputs, inputs, matrix_of(x), transpose_of(weight), out.mutable_data_ptr<float>(), outputs);
  return out;
}

at::Tensor linear_cpu_input_gradient(const at::Tensor& gradient, const at::Tensor& weight) {
  const int64_t rows = gradient.size(0), inputs = weight.size(1), outputs = weight.size(0);
  const at::Tensor out = at::empty({rows, inputs}, gradient.options());
  matrix_product(rows, inputs, outputs, matrix_of(gradient), matrix_of(weight), out.mutable_data_ptr<float>(), inputs);
  return out;
}

at::Tensor linear_cpu_weight_gradient(const at::Tensor& gradient, const at::Tensor& x) {
  const int64_t rows = x.size(0), inputs = x.size(1), outputs = gradient.size(1);
  const at::Tensor out = at::empty({outputs, inputs}, x.options());
  matrix_product(outputs, inputs, rows, transpose_of(gradient), matrix_of(x), out.mutable_data_ptr<float>(), inputs);
  return out;
}

}  // namespace flanmoe::kernels
