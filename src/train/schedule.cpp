#include "train/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace flanmoe {

double learning_rate_at(const OptimizerOptions& options, int64_t step, int64_t num_steps) {
  const double peak = options.learning_rate;
  if (options.schedule == "rsqrt") {
    const auto flat = static_cast<double>(std::max<int64_t>(options.warmup_steps, 1));
    return peak * std::sqrt(flat / std::max(static_cast<double>(step), flat));
  }
  if (step < options.warmup_steps)
    return peak * static_cast<double>(step + 1) / static_cast<double>(options.warmup_steps);
  if (options.schedule == "constant") return peak;
  const auto length = static_cast<double>(std::max<int64_t>(num_steps - 1 - options.warmup_steps, 1));
  const double progress = std::min(static_cast<double>(step - options.warmup_steps) / length, 1.0);
  const double left =
      options.schedule == "cosine" ? 0.5 * (1.0 + std::cos(std::numbers::pi * progress)) : 1.0 - progress;
  return peak * (options.final_fraction + (1.0 - options.final_fraction) * left);
}

}  // namespace flanmoe
