// The learning rate at a step (docs/routing.md 13).
#pragma once

#include <cstdint>

#include "train/options.h"

namespace flanmoe {

// `step` counts from 0. constant, cosine and linear begin with a linear warm-up: peak * (step + 1) / warmup_steps.
// cosine and linear reach final_fraction * peak at the last step. rsqrt: peak * sqrt(w / max(step, w)) with w =
// max(warmup_steps, 1).
double learning_rate_at(const OptimizerOptions& options, int64_t step, int64_t num_steps);

}  // namespace flanmoe
