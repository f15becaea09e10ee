// Intervals and verdicts (docs/definitions.md): a verdict is yes or no only when its interval excludes zero.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/names.h"

namespace flanmoe {

enum class Verdict { kYes, kNo, kTooNoisy };
constexpr std::array<Named<Verdict>, 3> names_of(Verdict) {
  return {{{Verdict::kYes, "yes"}, {Verdict::kNo, "no"}, {Verdict::kTooNoisy, "too noisy to say"}}};
}

struct Interval {
  double mean = 0.0, low = 0.0, high = 0.0;
  std::string basis;  // "95% t-interval over 3 seeds, paired", "95% interval over items, one seed: ..."
};

// Two-sided 97.5% quantile of Student's t.
double student_t975(int64_t degrees_of_freedom);

// Mean and 95% t-interval over seeds; needs two values or more. `paired`: the values are differences by seed.
Interval seed_interval(const std::vector<double>& values, bool paired);

// One seed: +- 1.96 standard errors over items.
Interval item_interval(double value, double standard_error);

// Yes when the interval lies above zero, no when below.
Verdict verdict_of(const Interval& interval);

}  // namespace flanmoe
