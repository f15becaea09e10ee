// The product with a weight, x W^T, with gradient: every layer's but the experts' (kernels/grouped_linear.h, which take
// rows sorted by expert). Decoding of a single row has its own without gradient (kernels/row_linear.h and its kin).
#pragma once

#include <ATen/core/Tensor.h>

#include <utility>

namespace flanmoe {

// A projection from I inputs to O outputs.
struct Linear {
  Linear() = default;
  Linear(at::Tensor tensor) : weight(std::move(tensor)) {}  // NOLINT(google-explicit-constructor): a weight is one
  bool defined() const { return weight.defined(); }

  at::Tensor weight;  // [O, I], undefined in a part that a model does not have
};

// The same for each expert.
struct GroupedLinear {
  GroupedLinear() = default;
  GroupedLinear(at::Tensor tensor) : weight(std::move(tensor)) {}  // NOLINT(google-explicit-constructor)
  bool defined() const { return weight.defined(); }

  at::Tensor weight;  // [E, O, I]
};

// x [..., I] -> x W^T [..., O], in the dtype of x. Gradients: x and the weight.
at::Tensor linear(const at::Tensor& x, const Linear& projection);

}  // namespace flanmoe
