// What a model folder says about decoding, in transformers' words.
#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/foreign_keys.h"
#include "base/log.h"
#include "decode/options.h"

namespace flanmoe {
namespace {

constexpr int64_t kTopK = 50, kNewTokens = 20;  // of transformers, where a file does not say

class DecodingKeys {
 public:
  DecodingKeys(const Json& config, const std::string& file) : config_(config), file_(file) {}

  bool has(const char* key) const { return config_.contains(key) && !config_[key].is_null(); }
  bool is_null(const char* key) const { return config_.contains(key) && config_[key].is_null(); }
  bool flag(const char* key) const {
    if (!has(key)) return false;
    if (!config_[key].is_boolean()) fail(key, "true or false");
    return config_[key].get<bool>();
  }
  void take(const char* key, int64_t& value) const {
    if (has(key)) value = json_int(config_, key, file_);
  }
  void take(const char* key, double& value) const {
    if (has(key)) value = json_number(config_, key, file_);
  }
  // One id or a list of them.
  void take_ids(const char* key, std::vector<int64_t>& ids) const {
    if (!has(key)) return;
    ids = config_[key].is_array() ? ids_of(config_[key], key) : std::vector{json_int(config_, key, file_)};
  }
  std::vector<int64_t> ids_of(const Json& list, const char* key) const {
    std::vector<int64_t> ids;
    for (const Json& id : list) {
      if (!id.is_number_integer()) fail_input("{}: '{}' holds {}, expected ids", file_, key, json_excerpt(id));
      ids.push_back(id.get<int64_t>());
    }
    return ids;
  }
  std::optional<int64_t> id(const char* key) const {
    std::vector<int64_t> ids;
    take_ids(key, ids);
    if (ids.size() > 1) fail(key, "one id");
    return ids.empty() ? std::nullopt : std::optional(ids[0]);
  }
  void require(bool ok, const char* key, std::string_view expected) const {
    if (has(key) && !ok) fail(key, expected);
  }
  [[noreturn]] void fail(const char* key, std::string_view expected) const {
    fail_input("{}: '{}' is {}, expected {}", file_, key, json_excerpt(config_[key]), expected);
  }
  const Json& at(const char* key) const { return config_[key]; }
  const std::string& file() const { return file_; }

 private:
  const Json& config_;
  const std::string& file_;
};

// Lengths there count the start token.
void take_lengths(const DecodingKeys& keys, GenerateOptions& options) {
  int64_t max_length = 1 + (keys.has("transformers_version") ? kNewTokens : options.max_new_tokens), min_length = 0;
  keys.take("max_length", max_length);
  if (max_length < 2) keys.fail("max_length", "2 or more, the start token counted");
  keys.take("min_length", min_length);
  options.max_new_tokens = max_length - 1;
  if (min_length > 0) options.min_new_tokens = min_length - 1;
  keys.take("max_new_tokens", options.max_new_tokens);
  keys.take("min_new_tokens", options.min_new_tokens);
}

void take_early_stopping(const DecodingKeys& keys, GenerateOptions& options) {
  const char* key = "early_stopping";
  if (!keys.has(key)) return;
  const Json& value = keys.at(key);
  if (value != "never" && !value.is_boolean()) keys.fail(key, "true, false or \"never\"");
  const bool never = !value.is_boolean();
  options.early_stopping = never ? EarlyStopping::kNever : value.get<bool>() ? EarlyStopping::kYes : EarlyStopping::kNo;
}

// An end token is never a bad word, as there.
void take_bad_words(const DecodingKeys& keys, GenerateOptions& options) {
  const char* key = "bad_words_ids";
  if (!keys.has(key)) return;
  if (!keys.at(key).is_array()) keys.fail(key, "lists of ids");
  for (const Json& sequence : keys.at(key)) {
    if (!sequence.is_array() || sequence.empty()) keys.fail(key, "lists of ids, none of them empty");
    const std::vector<int64_t> ids = keys.ids_of(sequence, key);
    const bool is_end = ids.size() == 1 && std::find(options.end_tokens.begin(), options.end_tokens.end(), ids[0]) !=
                                               options.end_tokens.end();
    if (!is_end) options.bad_words_ids.push_back(ids);
  }
}

void take_stop_texts(const DecodingKeys& keys, GenerateOptions& options) {
  const char* key = "stop_strings";
  if (!keys.has(key)) return;
  const Json& value = keys.at(key);
  const Json texts = value.is_string() ? Json::array({value}) : value;
  if (!texts.is_array()) keys.fail(key, "a text or a list of texts");
  for (const Json& text : texts) {
    if (!text.is_string() || text.get<std::string>().empty()) keys.fail(key, "texts, none of them empty");
    options.stop.push_back(text.get<std::string>());
  }
  log_warn("{}: '{}' ends answers; here the stop text is cut off, too", keys.file(), key);
}

void take_sampling(const DecodingKeys& keys, GenerateOptions& options) {
  if (!keys.flag("do_sample")) return;
  options.temperature = 1.0;
  // A null is no limit there.
  options.top_k = keys.is_null("top_k") ? 0 : kTopK;
  keys.take("temperature", options.temperature);
  keys.take("top_k", options.top_k);
  keys.take("top_p", options.top_p);
  keys.take("min_p", options.min_p);
}

// What options may be (GenerateOptions::fields), told by the file's own keys.
void check_ranges(const DecodingKeys& keys, const GenerateOptions& o) {
  const auto no_negative = [](const std::vector<int64_t>& ids) {
    return std::all_of(ids.begin(), ids.end(), [](int64_t id) { return id >= 0; });
  };
  keys.require(o.max_new_tokens >= 1, "max_new_tokens", "1 or more");
  keys.require(o.min_new_tokens >= 0, "min_new_tokens", "0 or more");
  keys.require(o.num_beams >= 1, "num_beams", "1 or more");
  keys.require(o.num_answers >= 1, "num_return_sequences", "1 or more");
  keys.require(o.repetition_penalty > 0.0, "repetition_penalty", "a number above 0");
  keys.require(o.no_repeat_ngram >= 0, "no_repeat_ngram_size", "0 or more");
  keys.require(o.temperature >= 0.0, "temperature", "0 or more");
  keys.require(o.top_k >= 0, "top_k", "0 or more");
  keys.require(o.top_p > 0.0 && o.top_p <= 1.0, "top_p", "a number in (0, 1]");
  keys.require(o.min_p >= 0.0 && o.min_p <= 1.0, "min_p", "a number in [0, 1]");
  keys.require(o.first_token.value_or(0) >= 0, "forced_bos_token_id", "an id");
  keys.require(o.last_token.value_or(0) >= 0, "forced_eos_token_id", "an id");
  keys.require(no_negative(o.suppress_tokens), "suppress_tokens", "ids");
  keys.require(no_negative(o.begin_suppress_tokens), "begin_suppress_tokens", "ids");
  keys.require(no_negative(o.end_tokens), "eos_token_id", "ids");
}

// The decoding keys of a config.json, with the version that wrote it.
Json decoding_part(const Json& config) {
  Json part = Json::object();
  for (const auto& [key, value] : config.items()) {
    if (is_foreign_key(SettingsFile::kDecoding, key)) part[key] = value;
  }
  return part;
}

}  // namespace

void apply_generation_config(const Json& config, const std::string& file, GenerateOptions& options) {
  if (!config.is_object()) fail_input("{}: expected an object of settings", file);
  check_foreign_keys(config, SettingsFile::kDecoding, file);
  const DecodingKeys keys(config, file);
  take_lengths(keys, options);
  keys.take("num_beams", options.num_beams);
  keys.take("num_return_sequences", options.num_answers);
  keys.take("length_penalty", options.length_penalty);
  take_early_stopping(keys, options);
  keys.take("repetition_penalty", options.repetition_penalty);
  keys.take("no_repeat_ngram_size", options.no_repeat_ngram);
  if (const auto id = keys.id("forced_bos_token_id")) options.first_token = id;
  if (const auto id = keys.id("forced_eos_token_id")) options.last_token = id;
  keys.take_ids("suppress_tokens", options.suppress_tokens);
  keys.take_ids("begin_suppress_tokens", options.begin_suppress_tokens);
  keys.take_ids("eos_token_id", options.end_tokens);
  take_bad_words(keys, options);
  take_stop_texts(keys, options);
  take_sampling(keys, options);
  check_ranges(keys, options);
}

void apply_folder_settings(const std::filesystem::path& model_folder, GenerateOptions& options) {
  const fs::path file = model_folder / "generation_config.json", config_file = model_folder / "config.json";
  Json settings = fs::exists(file) ? read_settings(file) : Json();
  const bool own = settings.is_object() && settings.value("_from_model_config", Json()) != true;
  if (own || !fs::exists(config_file)) {
    if (!settings.is_null()) apply_generation_config(settings, file.string(), options);
    return;
  }
  const Json config = read_settings(config_file);
  if (!config.is_object()) return;  // refused by whoever reads the model
  if (settings.is_null()) return apply_generation_config(decoding_part(config), config_file.string(), options);
  const Json older = decoding_part(config);
  for (const auto& [key, value] : older.items()) {
    if (!value.is_null()) settings[key] = value;
  }
  apply_generation_config(settings, fmt::format("{} with {}", file.string(), config_file.string()), options);
}

}  // namespace flanmoe
