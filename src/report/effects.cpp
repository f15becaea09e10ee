#include "report/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "report/html.h"

namespace flanmoe::report {

std::string largest_of(const std::vector<Effect>& effects, const std::string& word, const std::string& unit) {
  FLANMOE_ASSERT(!effects.empty());
  const auto has_interval = [](const Effect& one) { return one.interval.low < one.interval.high; };
  const auto is_sure = [&](const Effect& one) {
    return has_interval(one) && (one.interval.low > 0.0 || one.interval.high < 0.0);
  };
  const auto largest = std::max_element(effects.begin(), effects.end(), [](const Effect& a, const Effect& b) {
    return std::abs(a.interval.mean) < std::abs(b.interval.mean);
  });
  std::string text;
  if (std::any_of(effects.begin(), effects.end(), has_interval)) {
    text = fmt::format("the interval of the {} leaves out zero in {} of {}, and ", word,
                       std::count_if(effects.begin(), effects.end(), is_sure), effects.size());
  }
  return fmt::format("{}the largest {} is {} {}: {}", text, word, with_sign(largest->interval.mean), escape(unit),
                     escape(largest->what));
}

}  // namespace flanmoe::report
