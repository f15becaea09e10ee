// Rules that forbid or punish tokens, in Hugging Face's order: repetition penalty, repeated n-grams, least length,
// forced first token. Legend: V vocabulary.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/options.h"

namespace flanmoe {

// Changes scores [V], logits or log-probabilities of the token after `said` (start token not included, but counted by
// the rules as id 0, as Hugging Face does).
void apply_rules(std::span<float> scores, const std::vector<int32_t>& said, const GenerateOptions& options);

// Whether any rule can change anything; whether all that can happen is that a token is forbidden.
bool has_rules(const GenerateOptions& options);
bool only_forbids(const GenerateOptions& options);

// The tokens that repeated n-grams and least length forbid after `said`.
std::vector<int64_t> forbidden_tokens(const std::vector<int32_t>& said, const GenerateOptions& options);

}  // namespace flanmoe
