#include "study/protocol.h"

#include <cmath>

namespace flanmoe {

void ProtocolOptions::fields(FieldVisitor& v) {
  v.field("looks", looks, "numbers of seeds at which the questions are judged; between them nothing is");
  bool rising = !looks.empty() && looks.front() >= 2;
  for (size_t i = 1; i < looks.size(); ++i) rising &= looks[i] >= looks[i - 1] + 2;
  v.require(rising, "looks", "2 or more, each at least 2 above the one before");
  v.field("alpha", alpha, "chance of one false yes or no, or one false equal, in all primary questions and looks");
  v.require(alpha > 0.0 && alpha <= 0.5, "alpha", "a number in (0, 0.5]");
  v.field("margin", margin, "a difference that is too small to matter, in points, unless a comparison has its own");
  v.require(std::isfinite(margin) && margin > 0.0, "margin", "a number above 0");
}

}  // namespace flanmoe
