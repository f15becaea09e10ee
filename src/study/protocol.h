// What a study fixes before its first run: when it is looked at, and what may be called a difference or equal
// (docs/statistics.md).
#pragma once

#include <cstdint>
#include <vector>

#include "base/config.h"

namespace flanmoe {

struct ProtocolOptions {
  std::vector<int64_t> looks = {4, 8, 12, 16};
  double alpha = 0.05;
  double margin = 2.0;
  void fields(FieldVisitor& visitor);
};

}  // namespace flanmoe
