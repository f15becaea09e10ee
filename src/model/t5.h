// The model: options and parameters as named tensors; what is done with them are free functions (model/forward.h).
// prepare_decoding: defined in model/prepare_decoding.cpp.
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

class T5Model {
 public:
  T5Model(const ModelOptions& options, uint64_t seed);  // fresh weights from the stream (seed, "init/<name>")
  T5Model(const ModelOptions& options, const std::function<at::Tensor(const WeightSpec&)>& source);  // weights.h
  const ModelOptions& options() const { return options_; }
  const std::vector<Parameter>& parameters() const { return parameters_; }
  const T5Weights& weights() const { return *weights_; }
  // The same weights (shared, not copied) under other routing numbers: capacity, groups, policies. The shape stays.
  T5Model with_moe(const MoeOptions& moe) const;
  // Lets decoding of a single row read less of the weights, which must not change from here on: the head is screened
  // in 8 bits, the second matrices of the decoder's ReLU layers are laid out by input (model/prepare_decoding.cpp).
  void prepare_decoding();

 private:
  ModelOptions options_;
  std::vector<Parameter> parameters_;
  std::shared_ptr<T5Weights> weights_;
};

}  // namespace flanmoe
