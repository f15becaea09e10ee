// Several changes in one sentence: how many are surely one, and which is the largest.
#pragma once

#include <string>
#include <vector>

#include "report/view.h"

namespace flanmoe::report {

struct Effect {
  std::string what;  // "Switch top-1"
  Interval interval;
};

// HTML: "the interval of the change leaves out zero in 2 of 3, and the largest change is +1.2 points: Switch top-1", by
// `word` and `unit`. `effects` not empty; nothing of intervals where there are none (one seed without items).
std::string largest_of(const std::vector<Effect>& effects, const std::string& word, const std::string& unit);

}  // namespace flanmoe::report
