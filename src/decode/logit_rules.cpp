#include "decode/logit_rules.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>

#include "base/error.h"

namespace flanmoe {
namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

void punish_repetition(std::span<float> scores, const std::vector<int32_t>& ids, double penalty) {
  const auto by = static_cast<float>(penalty);
  for (const int32_t id : std::set<int32_t>(ids.begin(), ids.end())) {
    scores[id] = scores[id] < 0.0f ? scores[id] * by : scores[id] / by;
  }
}

// The start token, which the rules count as said, and what was said.
std::vector<int32_t> with_start(const std::vector<int32_t>& said) {
  std::vector<int32_t> ids = {0};
  ids.insert(ids.end(), said.begin(), said.end());
  return ids;
}

// Every token that followed what the last n - 1 tokens repeat.
std::vector<int64_t> repeated_ngram_ends(const std::vector<int32_t>& ids, int64_t n) {
  const auto size = static_cast<int64_t>(ids.size());
  const auto tail = ids.end() - std::min(n - 1, size);
  std::vector<int64_t> ends;
  for (int64_t begin = 0; begin + n <= size; ++begin) {
    if (std::equal(tail, ids.end(), ids.begin() + begin)) ends.push_back(ids[begin + n - 1]);
  }
  return ends;
}

// The last token of every sequence whose others were just said.
void append_bad_words(const std::vector<int32_t>& ids, const std::vector<std::vector<int64_t>>& sequences,
                      std::vector<int64_t>& forbidden) {
  for (const std::vector<int64_t>& sequence : sequences) {
    if (sequence.size() > ids.size()) continue;  // as transformers: the start token is counted
    if (std::equal(sequence.begin(), sequence.end() - 1, ids.end() - static_cast<std::ptrdiff_t>(sequence.size() - 1)))
      forbidden.push_back(sequence.back());
  }
}

void append(const std::vector<int64_t>& ids, std::vector<int64_t>& all) {
  all.insert(all.end(), ids.begin(), ids.end());
}

// The token that must come next.
std::optional<int64_t> forced_token(size_t num_said, const GenerateOptions& o) {
  if (o.last_token && static_cast<int64_t>(num_said) + 1 == o.max_new_tokens) return o.last_token;
  return num_said == 0 ? o.first_token : std::nullopt;
}

}  // namespace

bool has_rules(const GenerateOptions& o) {
  const bool forbids = o.no_repeat_ngram > 0 || o.min_new_tokens > 0 || !o.suppress_tokens.empty() ||
                       !o.begin_suppress_tokens.empty() || !o.bad_words_ids.empty();
  return forbids || !only_forbids(o);
}

bool only_forbids(const GenerateOptions& o) { return o.repetition_penalty == 1.0 && !o.first_token && !o.last_token; }

std::vector<int64_t> forbidden_tokens(const std::vector<int32_t>& said, const GenerateOptions& options) {
  std::vector<int64_t> forbidden;
  if (options.no_repeat_ngram > 0) forbidden = repeated_ngram_ends(with_start(said), options.no_repeat_ngram);
  if (static_cast<int64_t>(said.size()) < options.min_new_tokens) {
    append(options.end_tokens, forbidden);
  }
  if (!options.bad_words_ids.empty()) append_bad_words(with_start(said), options.bad_words_ids, forbidden);
  append(options.suppress_tokens, forbidden);
  if (said.size() == (options.first_token ? 1 : 0)) append(options.begin_suppress_tokens, forbidden);
  return forbidden;
}

void apply_rules(std::span<float> scores, const std::vector<int32_t>& said, const GenerateOptions& options) {
  if (options.repetition_penalty != 1.0) punish_repetition(scores, with_start(said), options.repetition_penalty);
  for (const int64_t id : forbidden_tokens(said, options)) scores[id] = kForbidden;
  if (const std::optional<int64_t> forced = forced_token(said.size(), options)) {
    std::fill(scores.begin(), scores.end(), kForbidden);
    scores[*forced] = 0.0f;
  }
}

bool any_allowed(std::span<const float> scores) {
  return std::any_of(scores.begin(), scores.end(), [](float score) { return score != kForbidden; });
}

void fail_all_forbidden(size_t num_said, const GenerateOptions& options) {
  std::vector<std::string> causes, ways_out;
  const auto add = [&](bool applies, const std::string& cause, const std::string& way_out) {
    if (applies && !cause.empty()) causes.push_back(cause);
    if (applies) ways_out.push_back(way_out);
  };
  const auto& o = options;
  add(o.no_repeat_ngram > 0, fmt::format("'no_repeat_ngram' {}", o.no_repeat_ngram), "a larger no_repeat_ngram, or 0");
  add(o.min_new_tokens > 0,
      fmt::format("'min_new_tokens' {} with {} 'end_tokens'", o.min_new_tokens, o.end_tokens.size()),
      "a smaller min_new_tokens or fewer end_tokens");
  const size_t num_suppressed = o.suppress_tokens.size() + o.begin_suppress_tokens.size() + o.bad_words_ids.size();
  add(num_suppressed > 0,
      fmt::format("{} entries of 'suppress_tokens', 'begin_suppress_tokens' and 'bad_words_ids'", num_suppressed),
      "fewer of these");
  add(o.last_token.has_value(), fmt::format("'last_token' {}", o.last_token.value_or(-1)), "no last_token");
  add(o.first_token.has_value(), fmt::format("'first_token' {}", o.first_token.value_or(-1)), "no first_token");
  add(true, "", fmt::format("a smaller max_new_tokens (it is {})", o.max_new_tokens));
  add(o.num_answers > 1, "", fmt::format("fewer answers (num_answers is {})", o.num_answers));
  fail_input("after {} tokens of an answer every token is forbidden, by {}; expected {}", num_said,
             causes.empty() ? "the size of the vocabulary" : fmt::format("{}", fmt::join(causes, " and ")),
             fmt::join(ways_out, ", or "));
}

}  // namespace flanmoe
