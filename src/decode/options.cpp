#include "decode/options.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/unicode.h"

namespace flanmoe {
namespace {

// "5 6" <-> {5, 6}: settings hold no lists of lists.
std::vector<std::string> as_texts(const std::vector<std::vector<int64_t>>& sequences) {
  std::vector<std::string> texts;
  for (const std::vector<int64_t>& ids : sequences) texts.push_back(fmt::format("{}", fmt::join(ids, " ")));
  return texts;
}

// None for a text that is no list of ids.
std::optional<std::vector<int64_t>> ids_of(std::string_view text) {
  std::vector<int64_t> ids;
  for (const std::string& word : split_words(text)) {
    int64_t id = -1;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
    if (error != std::errc() || end != word.data() + word.size() || id < 0) return std::nullopt;
    ids.push_back(id);
  }
  return ids.empty() ? std::nullopt : std::optional(ids);
}

void visit_sequences(FieldVisitor& v, std::string_view name, std::vector<std::vector<int64_t>>& sequences,
                     std::string_view help) {
  std::vector<std::string> texts = as_texts(sequences);
  v.field(name, texts, help);
  sequences.clear();
  bool ok = true;
  for (const std::string& text : texts) {
    const std::optional<std::vector<int64_t>> ids = ids_of(text);
    ok = ok && ids;
    if (ids) sequences.push_back(*ids);
  }
  v.require(ok, name, "ids with spaces between them, such as [\"5 6\", \"7\"]");
}

void check_ids(std::string_view name, const std::vector<int64_t>& ids, int64_t vocab_size) {
  for (const int64_t id : ids) {
    if (id >= 0 && id < vocab_size) continue;
    fail_input("'{}' holds {}, expected ids from 0 to {}", name, id, vocab_size - 1);
  }
}

// A token that must be said at its place may not be forbidden there.
void check_forced(std::string_view name, const std::optional<int64_t>& id, const GenerateOptions& o,
                  int64_t vocab_size) {
  if (!id) return;
  if (*id >= vocab_size) {
    fail_input("'{}' is {}, expected an id below {}, the model's vocabulary", name, *id, vocab_size);
  }
  if (std::find(o.suppress_tokens.begin(), o.suppress_tokens.end(), *id) == o.suppress_tokens.end()) return;
  fail_input("'{}' is {}, which 'suppress_tokens' forbids; expected one or the other", name, *id);
}

}  // namespace

void GenerateOptions::fields(FieldVisitor& v) {
  v.field("max_new_tokens", max_new_tokens, "longest answer, in tokens");
  v.require_within(max_new_tokens, 1, 1'000'000, "max_new_tokens");
  v.field("min_new_tokens", min_new_tokens, "tokens before an answer may end");
  v.require_within(min_new_tokens, 0, 1'000'000, "min_new_tokens");
  v.field("num_beams", num_beams, "beams of beam search; 1 = greedy or sampling");
  v.require_within(num_beams, 1, 1000, "num_beams");
  v.field("num_answers", num_answers, "answers per prompt: the best beams, or so many samples");
  v.require_within(num_answers, 1, 10'000, "num_answers");
  v.field("length_penalty", length_penalty, "beams are ranked by log-probability / length^penalty");
  v.choice("early_stopping", early_stopping,
           "beam search ends when num_beams answers ended (yes), none of the open ones looks better (no), or none can "
           "become better (never)");
  v.field("temperature", temperature, "0 = the most probable token; otherwise sampling");
  v.require(temperature >= 0.0, "temperature", "0 or more");
  v.field("top_k", top_k, "sample among the k most probable tokens; 0 = all");
  v.require_within(top_k, 0, INT32_MAX, "top_k");
  v.field("top_p", top_p, "sample among the smallest set of tokens with this mass");
  v.require(top_p > 0.0 && top_p <= 1.0, "top_p", "a number in (0, 1]");
  v.field("min_p", min_p, "sample among tokens at least this likely compared to the likeliest");
  v.require(min_p >= 0.0 && min_p <= 1.0, "min_p", "a number in [0, 1]");
  v.field("seed", seed, "of the samples");
  v.field("repetition_penalty", repetition_penalty, "above 1: tokens already said become less likely");
  v.require(repetition_penalty > 0.0, "repetition_penalty", "a number above 0");
  v.field("no_repeat_ngram", no_repeat_ngram, "n-grams of this length are said once; 0 = any number of times");
  v.require_within(no_repeat_ngram, 0, INT32_MAX, "no_repeat_ngram");
  v.field("first_token", first_token, int64_t{-1}, "id of a forced first token; -1 = none");
  v.require(!first_token || (*first_token >= 0 && *first_token <= INT32_MAX), "first_token", "an id, or -1");
  v.field("last_token", last_token, int64_t{-1},
          "id of the forced last token of an answer that did not end; -1 = none");
  v.require(!last_token || (*last_token >= 0 && *last_token <= INT32_MAX), "last_token", "an id, or -1");
  v.field("suppress_tokens", suppress_tokens, "ids that are never said");
  v.field("begin_suppress_tokens", begin_suppress_tokens, "ids that are not said first (behind first_token)");
  visit_sequences(v, "bad_words_ids", bad_words_ids, "sequences of ids that are never said, each as a text: \"5 6\"");
  v.field("end_tokens", end_tokens, "ids that end an answer");
  v.field("stop", stop, "texts that end an answer; cut off with what follows");
  v.require(std::none_of(stop.begin(), stop.end(), [](const std::string& text) { return text.empty(); }), "stop",
            "texts that are not empty");
  v.field("max_prompt_tokens", max_prompt_tokens, "longer prompts are refused; 0 = any length");
  v.require_within(max_prompt_tokens, 0, INT32_MAX, "max_prompt_tokens");
  v.field("batch", batch, "prompts decoded together");
  v.require_within(batch, 1, 100'000, "batch");
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
  check_forced("first_token", first_token, *this, vocab_size);
  check_forced("last_token", last_token, *this, vocab_size);
  check_ids("end_tokens", end_tokens, vocab_size);
  check_ids("suppress_tokens", suppress_tokens, vocab_size);
  check_ids("begin_suppress_tokens", begin_suppress_tokens, vocab_size);
  for (const std::vector<int64_t>& sequence : bad_words_ids) check_ids("bad_words_ids", sequence, vocab_size);
}

}  // namespace flanmoe
