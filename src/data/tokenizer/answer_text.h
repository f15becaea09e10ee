// What a model said, as text.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

// Tokenizer::decode without unknown and unused ids, which are no text (as `flanmoe tokenizer decode` leaves them out):
// one rule for generation, its stop texts and evaluation.
std::string answer_text(const Tokenizer& tokenizer, std::span<const int32_t> ids);

}  // namespace flanmoe
