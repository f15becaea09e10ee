// How answers are generated. Defined in decode/options*.cpp. Names and meanings follow Hugging Face's
// generation_config.json where it has them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/json.h"
#include "base/names.h"

namespace flanmoe {

// When beam search ends (docs of Hugging Face: early_stopping false, true, "never").
enum class EarlyStopping { kNo, kYes, kNever };
constexpr std::array<Named<EarlyStopping>, 3> names_of(EarlyStopping) {
  return {{{EarlyStopping::kNo, "no"}, {EarlyStopping::kYes, "yes"}, {EarlyStopping::kNever, "never"}}};
}

struct GenerateOptions {
  int64_t max_new_tokens = 64;
  int64_t min_new_tokens = 0;
  int64_t num_beams = 1;
  int64_t num_answers = 1;
  double length_penalty = 1.0;
  EarlyStopping early_stopping = EarlyStopping::kNo;
  double temperature = 0.0;
  int64_t top_k = 0;
  double top_p = 1.0;
  double min_p = 0.0;
  int64_t seed = 0;
  double repetition_penalty = 1.0;
  int64_t no_repeat_ngram = 0;
  std::optional<int64_t> first_token;
  std::optional<int64_t> last_token;  // of an answer as long as allowed
  std::vector<int64_t> suppress_tokens;
  std::vector<int64_t> begin_suppress_tokens;  // at the first place that is free
  std::vector<std::vector<int64_t>> bad_words_ids;
  std::vector<int64_t> end_tokens = {1};
  std::vector<std::string> stop;
  int64_t max_prompt_tokens = 0;
  int64_t batch = 16;

  void fields(FieldVisitor& visitor);
  void check(int64_t vocab_size) const;  // UserError on a combination that means nothing
};

// Overrides the defaults by the keys of a generation_config.json, which mean what transformers means by them
// (base/foreign_keys.h): where it samples, an absent top_k is 50; in a file that transformers wrote an answer whose
// length no key limits has 20 tokens. UserError naming `file` and the key.
void apply_generation_config(const Json& config, const std::string& file, GenerateOptions& options);

// The same from a model folder: its generation_config.json, or the decoding keys of its config.json when it has none or
// one that was taken from there.
void apply_folder_settings(const std::filesystem::path& model_folder, GenerateOptions& options);

}  // namespace flanmoe
