// What a line of progress says, fitted to the width of a terminal.
#pragma once

#include <cstddef>
#include <string>

namespace flanmoe {

struct ProgressText {
  double share = 0.0;                     // done, of 1
  std::string label, place, detail, eta;  // "pretrain", "step 3/20 (15%)", "loss 2.31, 12.4k tokens/s", "ETA 42 s"

  std::string line() const;  // without a bar
  // At most `width` characters: the bar grows shorter and goes, then the details from their end, then the label. What
  // is done and how long it will take stay.
  std::string fitted(size_t width) const;
};

}  // namespace flanmoe
