// The tokenizer of a model folder: spiece.model and the two small files by which transformers knows it for T5's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

struct TokenizerFiles {
  std::filesystem::path spiece_model;  // "" = none
  int64_t num_sentinels = 100;
  TokenizerRules rules = {};  // ours, unless the model came with others
  std::string content = {};   // of spiece_model, where the file may be gone when it is written anew
};
// With the content: the vocabulary of a run that goes on lies in a checkpoint that it will delete.
TokenizerFiles files_of(const Tokenizer& tokenizer);

// Whether a model folder has a spiece.model, or a tokenizer.json in its place (data/tokenizer/tokenizer_json.h).
bool has_tokenizer(const std::filesystem::path& model_folder);

// The tokenizer of a model folder, with the rules of its small files (data/tokenizer/tokenizer_rules.h). UserError when
// there is none.
Tokenizer open_model_tokenizer(const std::filesystem::path& model_folder);

// The tokenizer of a model folder or of a spiece.model file, with so many sentinels (none said: as the folder says,
// T5's 100 for a file). UserError when it is neither, and for a folder that says another number.
Tokenizer open_tokenizer_at(const std::filesystem::path& folder_or_file, std::optional<int64_t> num_sentinels = {});

// Writes spiece.model, tokenizer_config.json and special_tokens_map.json into a folder that exists.
void write_tokenizer_files(const TokenizerFiles& tokenizer, const std::filesystem::path& folder);

// UserError when the tokenizer has ids that an embedding of `vocab_size` rows does not have.
void check_tokenizer_fits(const Tokenizer& tokenizer, int64_t vocab_size, const std::filesystem::path& model_folder);

}  // namespace flanmoe
