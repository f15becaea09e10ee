#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace flanmoe {

double learning_rate_at(const OptimizerOptions& options, int64_t step, int64_t num_steps) {
  const double peak = options.learning_rate;
  if (options.schedule != Schedule::kRsqrt && step < options.warmup_steps)
    return peak * static_cast<double>(step + 1) / static_cast<double>(options.warmup_steps);
  const auto length = static_cast<double>(std::max<int64_t>(num_steps - 1 - options.warmup_steps, 1));
  const double progress = std::min(static_cast<double>(step - options.warmup_steps) / length, 1.0);
  const auto falling = [&](double left) {
    return peak * (options.final_fraction + (1.0 - options.final_fraction) * left);
  };
  switch (options.schedule) {
    case Schedule::kConstant:
      return peak;
    case Schedule::kRsqrt: {
      const auto flat = static_cast<double>(std::max<int64_t>(options.warmup_steps, 1));
      return peak * std::sqrt(flat / std::max(static_cast<double>(step), flat));
    }
    case Schedule::kCosine:
      return falling(0.5 * (1.0 + std::cos(std::numbers::pi * progress)));
    case Schedule::kLinear:
      return falling(1.0 - progress);
  }
  return peak;
}

}  // namespace flanmoe
