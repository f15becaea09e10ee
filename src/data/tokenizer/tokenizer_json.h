// tokenizer.json, in which the tokenizers library (and transformers 5 alone) keeps a T5's vocabulary: the SentencePiece
// model that it was made from, made again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/json.h"

namespace flanmoe {

inline constexpr const char* kTokenizerJson = "tokenizer.json";

// The bytes of a spiece.model; of a file named tokenizer.json those of the unigram model that it holds: pieces, scores
// and table of normalised characters, without the sentinels, of which its vocabulary must end with `num_sentinels`.
// UserError naming file and key for a vocabulary of another kind, or one that cuts texts otherwise than T5's does.
std::string read_spiece_model(const std::filesystem::path& file, int64_t num_sentinels);

// A tokenizer_config.json with what the tokenizer.json beside it rules: its tokens, and whether every stretch between
// them begins a word.
Json with_rules_of_tokenizer_json(Json config, const std::filesystem::path& file);

}  // namespace flanmoe
