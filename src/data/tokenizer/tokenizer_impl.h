// What the sources of the tokenizer share.
#pragma once

#include <sentencepiece_processor.h>

#include <optional>
#include <string>
#include <string_view>

#include "data/tokenizer/tokenizer.h"
#include "data/tokenizer/tokenizer_words.h"
#include "data/tokenizer/written_names.h"

namespace flanmoe {

inline constexpr std::string_view kSpacePiece = "▁";  // the space in pieces

struct Tokenizer::Impl {
  sentencepiece::SentencePieceProcessor processor;
  sentencepiece::SentencePieceProcessor joining;  // the same pieces, no space put in front of the text
  std::optional<WordEncoder> words;               // where texts are cut word by word
  std::string type, checksum;
  bool spells_sentinels = false;  // has pieces such as mT5's "▁<extra_id_0>"
};

struct Tokenizer::Ruled {
  TokenizerRules rules;
  WrittenNames names;
};

}  // namespace flanmoe
