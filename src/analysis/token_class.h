// Classes of tokens that the analysis of routing tells apart.
#pragma once

#include <array>
#include <cstdint>

#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

enum class TokenClass { kFormatting, kDigits, kFunctionWords, kContent };
inline constexpr std::array<const char*, 4> kTokenClassNames = {"formatting", "digits", "function words", "content"};

// Class of a piece: marks, sentinels and eos are formatting; digits; a short list of English function words; else
// content.
TokenClass token_class(const Tokenizer& tokenizer, int32_t id);

}  // namespace flanmoe
