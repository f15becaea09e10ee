// Tokens that texts spell out where tokens are meant: counted text by text, said once at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

class WrittenTokens {
 public:
  explicit WrittenTokens(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  void add(std::string_view text);
  // "2 names of tokens in 1 of 3 texts, read as tokens", "" when there are none.
  std::string told() const;

 private:
  Tokenizer tokenizer_;
  int64_t num_texts_ = 0, num_with_tokens_ = 0, num_tokens_ = 0;
};

// Whether a text spells out a token that every T5 has: "</s>", "<extra_id_7>".
bool names_a_token(std::string_view text);

}  // namespace flanmoe
