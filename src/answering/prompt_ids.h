// Where a prompt that is to be answered becomes ids. (Evaluation makes its own prompts, eval/asking/prompts.h;
// `flanmoe score` encodes prompt and answers alike, cli/score.cpp.)
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

struct Prompt {
  std::string text;
  Json id;            // given back with the answer; null = none
  std::string where;  // for messages: "prompts.jsonl:3"
};

// Ids with the end token; "</s>", "<extra_id_0>" and the like in the prompt are tokens unless `plain`. UserError naming
// the prompt when it is empty or has more than `max_tokens` (0 = any).
TokenIds encode_prompt(const Prompt& prompt, const Tokenizer& tokenizer, int64_t max_tokens, bool plain = false);

}  // namespace flanmoe
