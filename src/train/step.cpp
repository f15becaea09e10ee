#include "train/step.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "kernels/global_norm.h"
#include "model/forward.h"
#include "model/parameter.h"
#include "train/freeze.h"
#include "train/schedule.h"

namespace flanmoe {
namespace {

int64_t num_target_tokens(const std::vector<TokenBatch>& batches) {
  int64_t count = 0;
  for (const TokenBatch& batch : batches) count += batch.num_target_tokens;
  return count;
}

void pool(std::vector<MoeStatistics>& all, const std::vector<MoeStatistics>& part) {
  if (all.empty()) {
    all = part;
    return;
  }
  for (size_t i = 0; i < part.size(); ++i) all[i].add(part[i]);
}

// Those that are not frozen.
std::vector<Parameter> trained(const std::vector<Parameter>& parameters, const std::vector<bool>& frozen) {
  std::vector<Parameter> rest;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (!frozen[i]) rest.push_back(parameters[i]);
  }
  return rest;
}

// The gradients of the parameters, taken out of them.
std::vector<at::Tensor> take_gradients(const std::vector<Parameter>& parameters) {
  std::vector<at::Tensor> gradients;
  for (const Parameter& parameter : parameters) {
    at::Tensor value = parameter.value;
    gradients.push_back(value.grad());
    value.mutable_grad() = at::Tensor();
  }
  return gradients;
}

void expect_finite(const StepMetrics& metrics, int64_t step) {
  if (std::isfinite(metrics.loss) && std::isfinite(metrics.gradient_norm)) return;
  if (step == 0) {
    fail_run(
        "step 0: the loss is {} and the gradient norm {} before the first update; nothing was saved. The weights that "
        "the run begins with are not sound, or too large for its text",
        metrics.loss, metrics.gradient_norm);
  }
  fail_run(
      "step {}: the loss is {} and the gradient norm {}; nothing was saved after the last checkpoint. Try a lower "
      "learning rate",
      step, metrics.loss, metrics.gradient_norm);
}

}  // namespace

TrainStepper::TrainStepper(const T5Model& model, const TrainOptions& options, uint64_t seed)
    : options_(options),
      seed_(seed),
      frozen_(frozen_weights(options.freeze, model.options())),
      optimizer_(make_optimizer(trained(model.parameters(), frozen_), options.optimizer)) {
  for (size_t i = 0; i < frozen_.size(); ++i) model.parameters()[i].value.set_requires_grad(!frozen_[i]);
}

StepMetrics TrainStepper::step(const T5Model& model, const std::vector<TokenBatch>& batches, int64_t step,
                               bool collect_statistics) {
  const double balance_coefficient = options_.balance_loss.value_or(model.options().moe.balance_loss);
  const double z_coefficient = options_.z_loss.value_or(model.options().moe.z_loss);
  const auto all_targets = static_cast<double>(num_target_tokens(batches));
  const auto share = 1.0 / static_cast<double>(batches.size());
  StepMetrics metrics;
  ForwardOptions call;
  call.training = true;
  call.only_loss = true;
  call.collect_statistics = collect_statistics;
  call.dropout = options_.dropout;
  call.expert_dropout = options_.expert_dropout;
  for (size_t i = 0; i < batches.size(); ++i) {
    call.noise_key = stream_key(seed_, "noise", static_cast<uint64_t>(step) * batches.size() + i);
    const ForwardResult result = forward(model, batches[i], call);
    const TokenLoss& loss = result.loss;
    FLANMOE_ASSERT(loss.num_tokens == batches[i].num_target_tokens);  // counted (tensor/batch.h)
    const double weight = static_cast<double>(loss.num_tokens) / all_targets;
    const at::Tensor total = loss.loss * weight + result.balance_loss * (balance_coefficient * share) +
                             result.z_loss * (z_coefficient * share);
    total.backward();
    metrics.loss += weight * loss.loss.item<double>();
    metrics.balance_loss += share * result.balance_loss.item<double>();
    metrics.z_loss += share * result.z_loss.item<double>();
    metrics.num_tokens += batches[i].num_source_tokens + batches[i].num_target_tokens;
    pool(metrics.statistics, result.statistics);
  }
  const std::vector<Parameter> parameters = trained(model.parameters(), frozen_);
  const std::vector<at::Tensor> gradients = take_gradients(parameters);
  metrics.gradient_norm = global_norm(gradients);
  expect_finite(metrics, step);
  const double clip = options_.optimizer.clip_norm;
  const bool clips = clip > 0.0 && metrics.gradient_norm > clip;
  metrics.learning_rate = learning_rate_at(options_.optimizer, step, options_.steps);
  optimizer_->update(parameters, gradients, metrics.learning_rate, step, clips ? clip / metrics.gradient_norm : 1.0);
  return metrics;
}

}  // namespace flanmoe
