// What is asked of a model while it trains: tasks, and the loss on text that is kept out of training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eval/options.h"

namespace flanmoe {

struct ValidationOptions : EvalOptions {
  std::vector<std::string> include;
  int64_t loss_batches = 8;
  std::vector<std::string> files;
  std::string loss_split = "validation";
  void fields(FieldVisitor& visitor);
};

}  // namespace flanmoe
