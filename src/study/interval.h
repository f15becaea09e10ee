// Intervals as they are shown (docs/definitions.md); what decides stands in study/statistics/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flanmoe {

struct Interval {
  double mean = 0.0, low = 0.0, high = 0.0;
  std::string basis;  // "95% t-interval over 3 seeds, paired", "95% interval over items, one seed: ..."
};

// What is said in place of an interval where all seeds have one value (statistics/contrast.h).
std::string same_in_all(int64_t num_seeds);

// Mean and 95% t-interval over seeds; needs two values or more. `paired`: the values are differences by seed. A mere
// point where they are all the same.
Interval seed_interval(const std::vector<double>& values, bool paired);

// One seed: Wilson's interval over items (eval/scoring/interval.h), this far below the value and above it.
Interval item_interval(double value, double below, double above);

}  // namespace flanmoe
