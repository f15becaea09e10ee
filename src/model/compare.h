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
  double dropped = 0.0;      // share of the second model's tokens that no expert took
  double weight = 1.0;       // mean sum of the combine weights of a token of the second model
};

// Both must have the same vocabulary. Experts have room for every token when `unlimited`.
ModelGap compare_models(const T5Model& first, const T5Model& second, uint64_t seed, bool unlimited);

}  // namespace flanmoe
