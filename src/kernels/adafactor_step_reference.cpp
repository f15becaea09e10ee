#include <ATen/ATen.h>

#include "kernels/adafactor_step.h"

namespace flanmoe {
namespace {

// Over everything, or per expert (kept as [E, 1, 1]).
at::Tensor root_mean_square(const at::Tensor& x, bool per_expert) {
  return (per_expert ? x.square().mean(at::IntArrayRef{1, 2}, true) : x.square().mean()).sqrt();
}

// gradient / sqrt(second moment), after the moment has taken the gradient in.
at::Tensor normalised(const AdafactorParameter& p, const at::Tensor& gradient, double decay) {
  const at::Tensor square = gradient.square() + kAdafactorGradientFloor;
  if (p.v.defined()) {
    p.v.mul_(decay).add_(square, 1.0 - decay);
    return gradient / p.v.sqrt();
  }
  p.v_row.mul_(decay).add_(square.mean(-1), 1.0 - decay);
  p.v_column.mul_(decay).add_(square.mean(-2), 1.0 - decay);
  // Two factors, as their product underflows where a row and a column are both zero (a dead hidden unit).
  const at::Tensor row_share = p.v_row / p.v_row.mean(-1, true);
  return gradient * row_share.rsqrt().unsqueeze(-1) * p.v_column.rsqrt().unsqueeze(-2);
}

}  // namespace

void adafactor_step_reference(const AdafactorParameter& parameter, const AdafactorRule& rule) {
  const bool per_expert = !parameter.v.defined() && parameter.value.dim() == 3;
  at::Tensor update = normalised(parameter, parameter.gradient * rule.gradient_scale, rule.decay);
  update = update / (root_mean_square(update, per_expert) / kAdafactorClip).clamp_min(1.0);
  const at::Tensor scale = root_mean_square(parameter.value, per_expert).clamp_min(kAdafactorScaleFloor);
  parameter.value.sub_(rule.learning_rate * scale * update);
}

}  // namespace flanmoe
