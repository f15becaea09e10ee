// Rules that forbid or punish tokens, in Hugging Face's order: repetition penalty, repeated n-grams, bad words, least
// length, forced first and last token, tokens that are never said or not first. Legend: V vocabulary.
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

// The tokens that may not follow `said`.
std::vector<int64_t> forbidden_tokens(const std::vector<int32_t>& said, const GenerateOptions& options);

// Whether the rules left a token to choose; UserError naming the settings when they did not.
bool any_allowed(std::span<const float> scores);
[[noreturn]] void fail_all_forbidden(size_t num_said, const GenerateOptions& options);

}  // namespace flanmoe
