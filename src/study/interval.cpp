#include "study/interval.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "study/statistics/student_t.h"

namespace flanmoe {

Interval seed_interval(const std::vector<double>& values, bool paired) {
  FLANMOE_ASSERT(values.size() >= 2);
  const auto count = static_cast<double>(values.size());
  double mean = 0.0, squares = 0.0;
  for (double value : values) mean += value / count;
  for (double value : values) squares += (value - mean) * (value - mean);
  const double half = student_t_quantile(0.975, count - 1.0) * std::sqrt(squares / (count - 1.0) / count);
  return {mean, mean - half, mean + half,
          fmt::format("95% t-interval over {} seeds{}", values.size(), paired ? ", paired" : "")};
}

Interval item_interval(double value, double below, double above) {
  return {value, value - below, value + above, "95% interval over items, one seed: says nothing about other seeds"};
}

}  // namespace flanmoe
