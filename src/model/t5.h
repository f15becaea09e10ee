// The model: options and parameters as named tensors; what is done with them are free functions (model/forward.h).
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "model/options.h"
#include "model/parameter.h"

namespace flanmoe {

struct T5Weights;  // the same tensors, by place
struct WeightSpec;

// Copies share their weights: a copy is another handle on one model, not a second model.
class T5Model {
 public:
  T5Model(const ModelOptions& options, uint64_t seed);  // fresh weights from the stream (seed, "init/<name>")
  T5Model(const ModelOptions& options, const std::function<at::Tensor(const WeightSpec&)>& source);  // weights.h
  const ModelOptions& options() const { return options_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const T5Weights& weights() const { return *weights_; }
  // The same values on another device; itself where it is.
  T5Model to(at::Device device) const;
  at::Device device() const { return parameters_.front().value.device(); }
  // The same weights (shared, not copied) under other routing numbers: capacity, groups, policies. The shape stays.
  T5Model with_moe(const MoeOptions& moe) const;

 private:
  ModelOptions options_;
  std::vector<Parameter> parameters_;
  std::shared_ptr<T5Weights> weights_;
};

}  // namespace flanmoe
