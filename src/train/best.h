// Which validation was the best, and when training ends for want of a better one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/options.h"

namespace flanmoe {

struct BestSoFar {
  int64_t step = 0;  // 0 = no validation yet behind a step; that before the first one does not count
  double value = 0.0;
  int64_t num_worse = 0;  // validations since then
  bool operator==(const BestSoFar&) const = default;
};

// After a validation of `metric` at `step`. A loss is better when it is lower, a score when it is higher; an equal
// value is no better.
BestSoFar after_validation(BestSoFar best, const std::string& metric, double value, int64_t step);

// Whether `best` says that training ends: options.patience validations brought nothing better.
bool is_patience_over(const TrainOptions& options, const BestSoFar& best);

// UserError naming the key when options.best cannot be told: without validations, or no name in `metrics`
// (without "eval/") of what validations give; and when patience waits for nothing.
void check_best(const TrainOptions& options, const std::vector<std::string>& metrics);

}  // namespace flanmoe
