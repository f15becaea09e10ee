// Encoding word by word, by looking words up: the same ids as the library's for the whole text, or none.
#pragma once

#include <sentencepiece_processor.h>

#include <array>
#include <optional>
#include <string_view>

#include "data/tokenizer/word_memo.h"

namespace flanmoe {

// For models that cut_word_by_word (data/tokenizer/spiece_check.h). The library then cuts every word on its own, with
// one exception: it adds up scores in float32 from the beginning of the text, so that of two cuts of a word that are
// almost equally good rounding chooses, by what stands in front. A word is looked up only where its best cut is better
// than the second by more than rounding can make up.
class WordEncoder {
 public:
  explicit WordEncoder(const sentencepiece::SentencePieceProcessor& processor);
  // None for a text that must go through the library as a whole: it holds a very long word, or one whose cut rounding
  // may decide, or "▁". `text` spells out no special token.
  std::optional<TokenIds> encode(std::string_view text) const;

 private:
  KnownWord learned(std::string_view word) const;
  const sentencepiece::SentencePieceProcessor& processor_;
  std::array<bool, 256> is_space_{};  // of characters that the normaliser makes a space
  mutable WordMemo memo_;
};

}  // namespace flanmoe
