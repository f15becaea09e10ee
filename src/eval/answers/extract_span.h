// The rules span and text of extract.h.
#pragma once

#include "eval/answers/extract.h"

namespace flanmoe {

Extracted find_span(const std::string& generated, bool chain_of_thought);
Extracted find_text(const std::string& generated, bool chain_of_thought);

}  // namespace flanmoe
