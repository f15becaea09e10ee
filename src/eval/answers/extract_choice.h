// The rules choice and yes_no of extract.h.
#pragma once

#include "eval/answers/extract.h"

namespace flanmoe {

// `rule.options` is not empty; the answer is one of them.
Extracted extract_choice(const ExtractionRule& rule, const std::string& generated);

}  // namespace flanmoe
