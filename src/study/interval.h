// Intervals and verdicts (docs/definitions.md): a verdict is yes or no only when its interval excludes zero.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flanmoe {

struct Interval {
  double mean = 0.0, low = 0.0, high = 0.0;
  std::string basis;  // "95% t-interval over 3 seeds, paired", "two standard errors over items, one seed"
};

// Two-sided 97.5% quantile of Student's t.
double student_t975(int64_t degrees_of_freedom);

// Mean and 95% t-interval over seeds; needs two values or more. `paired`: the values are differences by seed.
Interval seed_interval(const std::vector<double>& values, bool paired);

// One seed: +- 1.96 standard errors over items.
Interval item_interval(double value, double standard_error);

// "yes" when the interval lies above zero, "no" when below, else "too noisy to say".
std::string verdict_of(const Interval& interval);

}  // namespace flanmoe
