// The rule number of extract.h.
#pragma once

#include "eval/answers/extract.h"

namespace flanmoe {

Extracted find_number(const std::string& generated, bool chain_of_thought);

}  // namespace flanmoe
