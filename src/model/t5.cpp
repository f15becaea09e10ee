#include "model/t5.h"

#include "base/error.h"
#include "base/machine.h"
#include "model/counts.h"
#include "model/weights.h"

namespace flanmoe {

namespace {

// Before anything is allocated: a machine that runs out of memory ends whom it likes.
const ModelOptions& expect_room(const ModelOptions& options) {
  options.check();
  const double needed = 4.0 * static_cast<double>(count_model(options).total_parameters), gigabyte = 1e9;
  const auto free = static_cast<double>(free_memory_bytes());
  if (needed > free) {
    fail_run(
        "not enough memory: the weights of this model take {:.1f} GB, {:.1f} GB are free; fewer layers or experts, "
        "or a smaller d_model or d_ff need less",
        needed / gigabyte, free / gigabyte);
  }
  return options;
}

}  // namespace

T5Model::T5Model(const ModelOptions& options, uint64_t seed) : T5Model(expect_room(options), fresh_weights(seed)) {}

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
