#include <ATen/ATen.h>

#include <cmath>

#include "kernels/adamw_step.h"

namespace flanmoe {

void adamw_step_reference(const AdamWParameter& parameter, const AdamWRule& rule) {
  const auto& [value, unscaled, m, v] = parameter;
  const at::Tensor gradient = unscaled * rule.gradient_scale;
  m.add_(gradient - m, 1.0 - rule.beta1);
  v.add_(gradient * gradient - v, 1.0 - rule.beta2);
  const auto time = static_cast<double>(rule.step + 1);
  const at::Tensor first = m / (1.0 - std::pow(rule.beta1, time)), second = v / (1.0 - std::pow(rule.beta2, time));
  value.sub_((first / (second.sqrt() + rule.epsilon) + value * rule.weight_decay) * rule.learning_rate);
}

}  // namespace flanmoe
