// A trainable tensor by its name.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "model/weight_place.h"

namespace flanmoe {

struct Parameter {
  std::string name;  // Hugging Face name; stacked experts: "...mlp.experts.wi.weight"
  at::Tensor value;  // float32 leaf, requires_grad
  WeightPlace place;
};

}  // namespace flanmoe
