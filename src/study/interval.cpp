#include "study/interval.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdint>

#include "base/error.h"
#include "eval/results.h"

namespace flanmoe {

double student_t975(int64_t degrees_of_freedom) {
  static constexpr std::array<double, 30> kTable = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060,
                                                    2.2622,  2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199,
                                                    2.1098,  2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639,
                                                    2.0595,  2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
  FLANMOE_ASSERT(degrees_of_freedom >= 1);
  if (degrees_of_freedom <= static_cast<int64_t>(kTable.size())) return kTable[degrees_of_freedom - 1];
  // Cornish-Fisher expansion around the normal quantile; right to four digits from 30 on.
  const double z = half_interval(1.0);
  const double n = static_cast<double>(degrees_of_freedom);
  return z + (z * z * z + z) / (4.0 * n) + (5.0 * std::pow(z, 5) + 16.0 * z * z * z + 3.0 * z) / (96.0 * n * n);
}

Interval seed_interval(const std::vector<double>& values, bool paired) {
  FLANMOE_ASSERT(values.size() >= 2);
  const auto count = static_cast<double>(values.size());
  double mean = 0.0, squares = 0.0;
  for (double value : values) mean += value / count;
  for (double value : values) squares += (value - mean) * (value - mean);
  const double half =
      student_t975(static_cast<int64_t>(values.size()) - 1) * std::sqrt(squares / (count - 1.0) / count);
  return {mean, mean - half, mean + half,
          fmt::format("95% t-interval over {} seeds{}", values.size(), paired ? ", paired" : "")};
}

Interval item_interval(double value, double standard_error) {
  const double half = half_interval(standard_error);
  return {value, value - half, value + half, "95% interval over items, one seed: says nothing about other seeds"};
}

Verdict verdict_of(const Interval& interval) {
  if (interval.low > 0.0) return Verdict::kYes;
  if (interval.high < 0.0) return Verdict::kNo;
  return Verdict::kTooNoisy;
}

}  // namespace flanmoe
