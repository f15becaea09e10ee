// Classes of tokens that the analysis of routing tells apart.
#pragma once

#include <array>
#include <cstdint>

#include "base/names.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

enum class TokenClass { kFormatting, kDigits, kFunctionWords, kContent };
constexpr std::array<Named<TokenClass>, 4> names_of(TokenClass) {
  return {{{TokenClass::kFormatting, "formatting"},
           {TokenClass::kDigits, "digits"},
           {TokenClass::kFunctionWords, "function words"},
           {TokenClass::kContent, "content"}}};
}

// Class of a piece: marks, sentinels and eos are formatting; digits; a short list of English function words; else
// content.
TokenClass token_class(const Tokenizer& tokenizer, int32_t id);

}  // namespace flanmoe
