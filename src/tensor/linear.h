// Weights of projections, as kernels/linear.h and kernels/grouped_linear.h take them.
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

}  // namespace flanmoe
