#include "base/progress_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace flanmoe {
namespace {

constexpr size_t kLongestBar = 20, kShortestBar = 5;

// "[====      ] ", of `width` places between its brackets.
std::string bar(double share, size_t width) {
  const auto filled = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
  return fmt::format("[{}{}] ", std::string(filled, '='), std::string(width - filled, ' '));
}

}  // namespace

std::string ProgressText::line() const {
  std::string line = label + ": " + place;
  if (!detail.empty()) line += ", " + detail;
  if (!eta.empty()) line += ", " + eta;
  return line;
}

// A line longer than the terminal would wrap, and the next drawing would leave its first half behind.
std::string ProgressText::fitted(size_t width) const {
  const std::string whole = line();
  constexpr size_t kAroundBar = 3;  // brackets and blank
  if (whole.size() + kAroundBar + kShortestBar <= width)
    return bar(share, std::min(kLongestBar, width - whole.size() - kAroundBar)) + whole;
  if (whole.size() <= width) return whole;
  ProgressText shorter = *this;
  const size_t comma = detail.rfind(", ");
  if (!detail.empty()) {
    shorter.detail = comma == std::string::npos ? "" : detail.substr(0, comma);
    return shorter.fitted(width);
  }
  const std::string without_label = eta.empty() ? place : place + ", " + eta;
  if (without_label.size() <= width) return without_label;
  return (eta.empty() ? place : eta).substr(0, width);
}

}  // namespace flanmoe
