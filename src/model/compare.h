// Two models on the same random input: do they say the same?
#pragma once

#include <cstdint>

#include "model/t5.h"

namespace flanmoe {

struct ModelGap {
  double largest = 0.0;      // max |logit difference|
  double relative = 0.0;     // over the largest |logit| of the first model
  double mean_square = 0.0;  // RMS of the difference over the RMS of the first model's logits
  double same_best = 0.0;    // share of positions where both find the same token best
  // Of the second model, over the real tokens of all its sparse layers:
  double dropped = 0.0;  // share that no expert took
  double weight = 1.0;   // mean sum of a token's combine weights
};

// Both must have the same vocabulary. Experts have room for every token when `unlimited`.
ModelGap compare_models(const T5Model& first, const T5Model& second, uint64_t seed, bool unlimited);

}  // namespace flanmoe
