#include "study/interval.h"

#include <fmt/format.h>

#include <cmath>

#include "base/error.h"
#include "study/statistics/contrast.h"
#include "study/statistics/student_t.h"

namespace flanmoe {

std::string same_in_all(int64_t num_seeds) { return fmt::format("the same in all {} seeds: no interval", num_seeds); }

Interval seed_interval(const std::vector<double>& values, bool paired) {
  FLANMOE_ASSERT(values.size() >= 2);
  const auto count = static_cast<double>(values.size());
  double mean = 0.0, squares = 0.0;
  for (double value : values) mean += value / count;
  for (double value : values) squares += (value - mean) * (value - mean);
  if (are_identical(values)) return {mean, mean, mean, same_in_all(static_cast<int64_t>(values.size()))};
  const double half = student_t_quantile(0.975, count - 1.0) * std::sqrt(squares / (count - 1.0) / count);
  return {mean, mean - half, mean + half,
          fmt::format("95% t-interval over {} seeds{}", values.size(), paired ? ", paired" : "")};
}

Interval item_interval(double value, double below, double above) {
  return {value, value - below, value + above, "95% interval over items, one seed: says nothing about other seeds"};
}

}  // namespace flanmoe
