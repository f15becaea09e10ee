#include "answering/prompt_ids.h"

#include "base/error.h"
#include "base/text_file.h"

namespace flanmoe {

TokenIds encode_prompt(const Prompt& prompt, const Tokenizer& tokenizer, int64_t max_tokens, bool plain) {
  expect_utf8(prompt.text, prompt.where);
  const TokenIds ids = plain ? tokenizer.encode_text_with_end(prompt.text) : tokenizer.encode_with_end(prompt.text);
  const auto length = static_cast<int64_t>(ids.size());
  if (length == 1) fail_input("{}: the prompt is empty; expected a text", prompt.where);
  if (max_tokens > 0 && length > max_tokens) {
    fail_input("{}: the prompt has {} tokens with its end, expected at most {} (max_prompt_tokens)", prompt.where,
               length, max_tokens);
  }
  return ids;
}

}  // namespace flanmoe
