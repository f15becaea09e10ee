// What the small files of a model folder say of its tokenizer, as transformers' T5Tokenizer understands them.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/json.h"
#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

// tokenizer_config.json (all of its keys looked at, base/foreign_keys.h), or {} when there is none.
Json read_tokenizer_config(const std::filesystem::path& folder);

// `extra_ids` of it, else 100. UserError beyond 0 to 100,000.
int64_t num_sentinels_of(const Json& config, const std::filesystem::path& folder);

// The rules of the folder: `legacy` (true where the file does not say, as there), and the tokens of
// `added_tokens_decoder`, or else of added_tokens.json, and of the special tokens that have no id yet: they get the
// next ones. UserError naming the file when two places give a token different ids, an id has two tokens, or a token is
// not T5's.
TokenizerRules read_tokenizer_rules(const Json& config, const std::filesystem::path& folder, const Tokenizer& pieces);

// A tokenizer_config.json by which transformers has the same rules.
Json tokenizer_config_of(const TokenizerRules& rules, int64_t num_sentinels, int64_t num_pieces);

}  // namespace flanmoe
