#include "decode/options.h"

#include "base/error.h"

namespace flanmoe {

void GenerateOptions::fields(FieldVisitor& v) {
  v.field("max_new_tokens", max_new_tokens, "longest answer, in tokens");
  v.require(max_new_tokens >= 1, "max_new_tokens", "1 or more");
  v.field("min_new_tokens", min_new_tokens, "tokens before an answer may end");
  v.require(min_new_tokens >= 0, "min_new_tokens", "0 or more");
  v.field("num_beams", num_beams, "beams of beam search; 1 = greedy or sampling");
  v.require(num_beams >= 1, "num_beams", "1 or more");
  v.field("num_answers", num_answers, "answers per prompt: the best beams, or so many samples");
  v.require(num_answers >= 1, "num_answers", "1 or more");
  v.field("length_penalty", length_penalty, "beams are ranked by log-probability / length^penalty");
  v.choice("early_stopping", early_stopping,
           "beam search ends when num_beams answers ended (yes), none of the open ones looks better (no), or none can "
           "become better (never)");
  v.field("temperature", temperature, "0 = the most probable token; otherwise sampling");
  v.require(temperature >= 0.0, "temperature", "0 or more");
  v.field("top_k", top_k, "sample among the k most probable tokens; 0 = all");
  v.require(top_k >= 0, "top_k", "0 or more");
  v.field("top_p", top_p, "sample among the smallest set of tokens with this mass");
  v.require(top_p > 0.0 && top_p <= 1.0, "top_p", "a number in (0, 1]");
  v.field("min_p", min_p, "sample among tokens at least this likely compared to the likeliest");
  v.require(min_p >= 0.0 && min_p <= 1.0, "min_p", "a number in [0, 1]");
  v.field("seed", seed, "of the samples");
  v.field("repetition_penalty", repetition_penalty, "above 1: tokens already said become less likely");
  v.require(repetition_penalty > 0.0, "repetition_penalty", "a number above 0");
  v.field("no_repeat_ngram", no_repeat_ngram, "n-grams of this length are said once; 0 = any number of times");
  v.require(no_repeat_ngram >= 0, "no_repeat_ngram", "0 or more");
  v.field("first_token", first_token, int64_t{-1}, "id of a forced first token; -1 = none");
  v.require(!first_token || *first_token >= 0, "first_token", "an id, or -1");
  v.field("end_tokens", end_tokens, "ids that end an answer");
  v.field("stop", stop, "texts that end an answer; cut off with what follows");
  v.field("max_prompt_tokens", max_prompt_tokens, "longer prompts are refused; 0 = any length");
  v.require(max_prompt_tokens >= 0, "max_prompt_tokens", "0 or more");
  v.field("batch", batch, "prompts decoded together");
  v.require(batch >= 1, "batch", "1 or more");
}

void GenerateOptions::check(int64_t vocab_size) const {
  if (num_beams > 1 && temperature > 0.0) {
    fail_input("'num_beams' is {} and 'temperature' {}; expected num_beams 1 for sampling, or temperature 0", num_beams,
               temperature);
  }
  if (temperature == 0.0 && num_answers > num_beams) {
    fail_input("'num_answers' is {}, expected at most num_beams ({}), or a temperature above 0", num_answers,
               num_beams);
  }
  if (min_new_tokens > max_new_tokens) {
    fail_input("'min_new_tokens' is {}, expected at most max_new_tokens ({})", min_new_tokens, max_new_tokens);
  }
  if (first_token && *first_token >= vocab_size) {
    fail_input("'first_token' is {}, expected an id below {}, the model's vocabulary", *first_token, vocab_size);
  }
  for (const int64_t id : end_tokens) {
    if (id < 0 || id >= vocab_size) {
      fail_input("'end_tokens' holds {}, expected ids from 0 to {}", id, vocab_size - 1);
    }
  }
}

namespace {

// One number of the file, if it is there and not null.
template <class Value>
void take(const Json& config, const char* key, const std::string& file, Value& value) {
  if (!config.contains(key) || config[key].is_null()) return;
  if constexpr (std::is_same_v<Value, double>) {
    value = json_number(config, key, file);
  } else {
    value = json_int(config, key, file);
  }
}

void take_end_tokens(const Json& config, const std::string& file, GenerateOptions& options) {
  const char* key = "eos_token_id";
  if (!config.contains(key) || config[key].is_null()) return;
  if (!config[key].is_array()) {
    options.end_tokens = {json_int(config, key, file)};
    return;
  }
  options.end_tokens.clear();
  for (const Json& id : config[key]) {
    if (!id.is_number_integer()) fail_input("{}: '{}' holds {}, expected ids", file, key, id.dump());
    options.end_tokens.push_back(id.get<int64_t>());
  }
}

void take_early_stopping(const Json& config, const std::string& file, GenerateOptions& options) {
  const char* key = "early_stopping";
  if (!config.contains(key) || config[key].is_null()) return;
  if (config[key] != "never" && !config[key].is_boolean()) {
    fail_input("{}: '{}' is {}, expected true, false or \"never\"", file, key, config[key].dump());
  }
  const bool never = !config[key].is_boolean();
  options.early_stopping = never                     ? EarlyStopping::kNever
                           : config[key].get<bool>() ? EarlyStopping::kYes
                                                     : EarlyStopping::kNo;
}

}  // namespace

void apply_generation_config(const Json& config, const std::string& file, GenerateOptions& options) {
  if (!config.is_object()) fail_input("{}: expected an object of settings", file);
  int64_t max_length = 0, min_length = 0, forced = -1;
  take(config, "max_length", file, max_length);  // counts the start token
  take(config, "min_length", file, min_length);
  if (max_length > 1) options.max_new_tokens = max_length - 1;
  if (min_length > 0) options.min_new_tokens = min_length - 1;
  take(config, "max_new_tokens", file, options.max_new_tokens);
  take(config, "min_new_tokens", file, options.min_new_tokens);
  take(config, "num_beams", file, options.num_beams);
  take(config, "num_return_sequences", file, options.num_answers);
  take(config, "length_penalty", file, options.length_penalty);
  take_early_stopping(config, file, options);
  take(config, "repetition_penalty", file, options.repetition_penalty);
  take(config, "no_repeat_ngram_size", file, options.no_repeat_ngram);
  take(config, "forced_bos_token_id", file, forced);
  if (forced >= 0) options.first_token = forced;
  take_end_tokens(config, file, options);
  if (!config.contains("do_sample") || config["do_sample"] != true) return;
  options.temperature = 1.0;
  take(config, "temperature", file, options.temperature);
  take(config, "top_k", file, options.top_k);
  take(config, "top_p", file, options.top_p);
  take(config, "min_p", file, options.min_p);
}

}  // namespace flanmoe
