#include "data/tokenizer/tokenizer_folder.h"

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {
namespace {

constexpr const char* kConfig = "tokenizer_config.json";
constexpr int64_t kMostSentinels = 100'000;

}  // namespace

Tokenizer open_model_tokenizer(const std::filesystem::path& folder) {
  const fs::path file = folder / "spiece.model";
  if (!fs::exists(file)) {
    fail_input("{}: no spiece.model here; expected the SentencePiece model that the model was trained with",
               folder.string());
  }
  int64_t num_sentinels = TokenizerFiles().num_sentinels;
  if (const fs::path config_file = folder / kConfig; fs::exists(config_file)) {
    const Json config = read_json(config_file);
    if (config.contains("extra_ids")) num_sentinels = json_int(config, "extra_ids", config_file.string());
    if (num_sentinels < 0 || num_sentinels > kMostSentinels) {
      fail_input("{}: 'extra_ids' is {}, expected 0 to {}", config_file.string(), num_sentinels, kMostSentinels);
    }
  }
  return Tokenizer(file, num_sentinels);
}

Tokenizer open_tokenizer_at(const std::filesystem::path& folder_or_file) {
  std::error_code ignored;
  if (fs::is_directory(folder_or_file, ignored)) return open_model_tokenizer(folder_or_file);
  return Tokenizer(folder_or_file, TokenizerFiles().num_sentinels);
}

void write_tokenizer_files(const TokenizerFiles& tokenizer, const std::filesystem::path& folder) {
  Json sentinels = Json::array();
  for (int64_t i = 0; i < tokenizer.num_sentinels; ++i) sentinels.push_back(fmt::format("<extra_id_{}>", i));
  const Json special = {
      {"additional_special_tokens", sentinels}, {"eos_token", "</s>"}, {"pad_token", "<pad>"}, {"unk_token", "<unk>"}};
  Json config = special;
  config["extra_ids"] = tokenizer.num_sentinels;
  config["legacy"] = false;
  config["tokenizer_class"] = "T5Tokenizer";
  write_atomically(folder / "spiece.model", read_text(tokenizer.spiece_model));
  write_json(folder / kConfig, config);
  write_json(folder / "special_tokens_map.json", special);
}

void check_tokenizer_fits(const Tokenizer& tokenizer, int64_t vocab_size, const std::filesystem::path& model_folder) {
  const int64_t needed = tokenizer.num_pieces() + tokenizer.num_sentinels();
  if (needed <= vocab_size) return;
  fail_input(
      "{}: the tokenizer has {} ids ({} pieces, {} sentinels), the embedding {} rows; expected the tokenizer that the "
      "model was trained with",
      model_folder.string(), needed, tokenizer.num_pieces(), tokenizer.num_sentinels(), vocab_size);
}

}  // namespace flanmoe
