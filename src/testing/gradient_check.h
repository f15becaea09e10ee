// Gradients against central differences, in double.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace flanmoe {

using TensorFunction = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

// The largest |analytic - numeric| / (1 + |numeric|) over every element of every input. The result of `function`, of
// any shape, is reduced to a scalar by fixed random weights. Inputs are copied to double; `function` must be smooth
// near them.
double largest_gradient_error(const TensorFunction& function, const std::vector<at::Tensor>& inputs,
                              double step = 1e-5);

// Gradients of the weighted sum of the result to copies of the inputs (zeros where an input is not used).
std::vector<at::Tensor> gradients_of(const TensorFunction& function, const std::vector<at::Tensor>& inputs);

// max |a - b|; 0 for empty tensors.
double largest_gap(const at::Tensor& a, const at::Tensor& b);

}  // namespace flanmoe
