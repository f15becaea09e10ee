// Optimisers: AdamW, and Adafactor as T5X has it (docs/routing.md 13). Their state is named tensors, saved and loaded
// as such. Defined in train/optimizer_adamw.cpp, train/optimizer_adafactor.cpp; the rules themselves are
// kernels/adamw_step.h and kernels/adafactor_step.h.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "model/parameter.h"
#include "tensor/safetensors.h"
#include "train/options.h"

namespace flanmoe {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // Updates parameters[i].value in place from gradients[i] times `gradient_scale`; where a gradient is undefined
  // neither the parameter nor its state changes. State is found by name, so that the parameters may be some of those it
  // was made for. `step` counts from 0.
  virtual void update(const std::vector<Parameter>& parameters, const std::vector<at::Tensor>& gradients,
                      double learning_rate, int64_t step, double gradient_scale = 1.0) = 0;
  // The state's own tensors, not copies: loading writes into them.
  virtual std::vector<NamedTensor> state() const = 0;
};

std::unique_ptr<Optimizer> make_optimizer(const std::vector<Parameter>& parameters, const OptimizerOptions& options);
std::unique_ptr<Optimizer> make_adamw(const std::vector<Parameter>& parameters, const OptimizerOptions& options);
// `min_factored` is the least size of both dims that are factored (T5X: 128); a per-expert tensor is always factored
// over its last two dims, and its parameter scale and clipping are per expert.
std::unique_ptr<Optimizer> make_adafactor(const std::vector<Parameter>& parameters, int64_t min_factored = 128);

}  // namespace flanmoe
