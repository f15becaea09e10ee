// A tensor that training may change, by its name.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "model/weight_place.h"

namespace flanmoe {

struct Parameter {
  std::string name;  // Hugging Face name; stacked experts: "...mlp.experts.wi.weight"
  at::Tensor value;  // float32 leaf; requires_grad unless a run freezes it (train/freeze.h)
  WeightPlace place;
};

}  // namespace flanmoe
