// Texts that end a generated answer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

// Text before the first of the stop texts.
std::string cut_at_stop(const std::string& text, const std::vector<std::string>& stop);

// Does an answer hold a stop text? The tokenizer must live as long as the function.
std::function<bool(const TokenIds&)> stop_hook(const Tokenizer& tokenizer, const std::vector<std::string>& stop);

}  // namespace flanmoe
