#include "data/tokenizer/tokenizer_folder.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/tokenizer/spiece_check.h"
#include "data/tokenizer/tokenizer_json.h"
#include "data/tokenizer/tokenizer_rules.h"

namespace flanmoe {
namespace {

// spiece.model goes before a tokenizer.json beside it. "" = there is neither.
fs::path pieces_file(const fs::path& folder) {
  for (const char* name : {"spiece.model", kTokenizerJson}) {
    if (fs::exists(folder / name)) return folder / name;
  }
  return {};
}

}  // namespace

bool has_tokenizer(const std::filesystem::path& folder) { return !pieces_file(folder).empty(); }

Tokenizer open_model_tokenizer(const std::filesystem::path& folder) {
  const fs::path file = pieces_file(folder);
  if (file.empty()) {
    fail_input(
        "{}: no spiece.model and no tokenizer.json here; expected the vocabulary that the model was trained with",
        folder.string());
  }
  Json config = read_tokenizer_config(folder);
  if (file.filename() == kTokenizerJson) config = with_rules_of_tokenizer_json(std::move(config), file);
  const Tokenizer tokenizer(file, num_sentinels_of(config, folder));
  return tokenizer.with_rules(read_tokenizer_rules(config, folder, tokenizer));
}

Tokenizer open_tokenizer_at(const std::filesystem::path& folder_or_file, std::optional<int64_t> num_sentinels) {
  std::error_code ignored;
  if (!fs::is_directory(folder_or_file, ignored))
    return Tokenizer(folder_or_file, num_sentinels.value_or(TokenizerFiles().num_sentinels));
  Tokenizer tokenizer = open_model_tokenizer(folder_or_file);
  if (num_sentinels && *num_sentinels != tokenizer.num_sentinels()) {
    fail_input("{}: its vocabulary has {} sentinels, and {} are asked for; expected as many, or no number",
               folder_or_file.string(), tokenizer.num_sentinels(), *num_sentinels);
  }
  return tokenizer;
}

TokenizerFiles files_of(const Tokenizer& tokenizer) {
  return {tokenizer.model_file(), tokenizer.num_sentinels(), tokenizer.rules(),
          read_spiece_model(tokenizer.model_file(), tokenizer.num_sentinels())};
}

void write_tokenizer_files(const TokenizerFiles& tokenizer, const std::filesystem::path& folder) {
  const std::string bytes = tokenizer.content.empty()
                                ? read_spiece_model(tokenizer.spiece_model, tokenizer.num_sentinels)
                                : tokenizer.content;
  const TokenizerRules& rules = tokenizer.rules;
  const bool usual = rules.sentinels_take_left && rules.sentinels_take_right;  // then no sentinel is listed by its id
  const Json config = tokenizer_config_of(rules, tokenizer.num_sentinels, usual ? 0 : spiece_facts(bytes).num_pieces);
  Json special = Json::object();
  for (const char* key : {"additional_special_tokens", "eos_token", "pad_token", "unk_token"})
    special[key] = config[key];
  write_atomically(folder / "spiece.model", bytes);
  write_json(folder / "tokenizer_config.json", config);
  write_json(folder / "special_tokens_map.json", special);
}

void check_tokenizer_fits(const Tokenizer& tokenizer, int64_t vocab_size, const std::filesystem::path& model_folder) {
  const int64_t needed = tokenizer.num_ids();
  if (needed <= vocab_size) return;
  const size_t num_added = tokenizer.rules().added.size();
  fail_input(
      "{}: the tokenizer has {} ids ({} pieces, {} sentinels{}), the embedding {} rows; expected the tokenizer that "
      "the model was trained with",
      model_folder.string(), needed, tokenizer.num_pieces(), tokenizer.num_sentinels(),
      num_added == 0 ? "" : fmt::format(", {} added", num_added), vocab_size);
}

}  // namespace flanmoe
