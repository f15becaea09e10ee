// What answering needs at every prompt: the model, its texts, the settings.
#pragma once

#include <string>

#include "answering/prompt_ids.h"
#include "data/tokenizer/tokenizer.h"
#include "decode/answer.h"
#include "decode/options.h"
#include "model/decoding_weights.h"

namespace flanmoe {

// What it refers to must live as long as it, and as long as its hooks.
struct Session {
  const DecodingWeights& weights;
  const Tokenizer& tokenizer;
  const GenerateOptions& options;
  bool plain = false;  // names of tokens in prompts are text

  TokenIds encode(const Prompt& prompt) const;     // within options.max_prompt_tokens
  GenerateHooks hooks() const;                     // an answer ends at a stop text; nothing else is asked for
  std::string text_of(const TokenIds& ids) const;  // in front of the first stop text
};

}  // namespace flanmoe
