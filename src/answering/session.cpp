#include "answering/session.h"

#include "data/stop_text.h"
#include "data/tokenizer/answer_text.h"

namespace flanmoe {

TokenIds Session::encode(const Prompt& prompt) const {
  return encode_prompt(prompt, tokenizer, options.max_prompt_tokens, plain);
}

GenerateHooks Session::hooks() const {
  GenerateHooks result;
  if (!options.stop.empty()) result.stops = stop_hook(tokenizer, options.stop);
  return result;
}

std::string Session::text_of(const TokenIds& ids) const {
  return cut_at_stop(answer_text(tokenizer, ids), options.stop);
}

}  // namespace flanmoe
