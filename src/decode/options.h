// How answers are generated. Names and meanings follow Hugging Face's generation_config.json where it has them.
#pragma once

#include <array>
#include <cstdint>
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
  std::vector<int64_t> end_tokens = {1};
  std::vector<std::string> stop;
  int64_t max_prompt_tokens = 0;
  int64_t batch = 16;

  void fields(FieldVisitor& visitor);
  void check(int64_t vocab_size) const;  // UserError on a combination that means nothing
};

// Overrides the defaults by what a model folder's generation_config.json says. UserError naming `file` and the key.
void apply_generation_config(const Json& config, const std::string& file, GenerateOptions& options);

}  // namespace flanmoe
