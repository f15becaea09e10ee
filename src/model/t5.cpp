#include "model/t5.h"

#include "base/error.h"
#include "model/weights.h"

namespace flanmoe {

T5Model::T5Model(const ModelOptions& options, uint64_t seed) : T5Model(options, fresh_weights(seed)) {}

T5Model::T5Model(const ModelOptions& options, const WeightSource& source) : options_(options) {
  options_.check();
  weights_ = std::make_shared<T5Weights>(make_weights(options_, source, parameters_));
}

T5Model T5Model::to(at::Device device) const {
  if (device == this->device()) return *this;
  size_t next = 0;  // weights are asked for in the order of the parameters
  return T5Model(options_, [&](const WeightSpec& spec) {
    const Parameter& parameter = parameters_.at(next++);
    FLANMOE_ASSERT(parameter.name == spec.name);
    return parameter.value.detach().to(device);
  });
}

T5Model T5Model::with_moe(const MoeOptions& moe) const {
  FLANMOE_ASSERT(moe.num_experts == options_.moe.num_experts && moe.extra_dense_ffn == options_.moe.extra_dense_ffn);
  T5Model model = *this;
  model.options_.moe = moe;
  model.options_.check();
  return model;
}

}  // namespace flanmoe
