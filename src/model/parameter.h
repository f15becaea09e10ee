// A trainable tensor by its name.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace flanmoe {

struct Parameter {
  std::string name;         // Hugging Face name; stacked experts: "...mlp.experts.wi.weight"
  at::Tensor value;         // float32 leaf, requires_grad
  bool per_expert = false;  // [E, ...]: optimisers treat each expert as its own matrix
};

}  // namespace flanmoe
