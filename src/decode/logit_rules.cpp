#include "decode/logit_rules.h"

#include <algorithm>
#include <limits>
#include <set>

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

}  // namespace

bool has_rules(const GenerateOptions& o) {
  return o.repetition_penalty != 1.0 || o.no_repeat_ngram > 0 || o.min_new_tokens > 0 || o.first_token;
}

bool only_forbids(const GenerateOptions& o) { return o.repetition_penalty == 1.0 && !o.first_token; }

std::vector<int64_t> forbidden_tokens(const std::vector<int32_t>& said, const GenerateOptions& options) {
  std::vector<int64_t> forbidden;
  if (options.no_repeat_ngram > 0) forbidden = repeated_ngram_ends(with_start(said), options.no_repeat_ngram);
  if (static_cast<int64_t>(said.size()) < options.min_new_tokens) {
    forbidden.insert(forbidden.end(), options.end_tokens.begin(), options.end_tokens.end());
  }
  return forbidden;
}

void apply_rules(std::span<float> scores, const std::vector<int32_t>& said, const GenerateOptions& options) {
  if (options.repetition_penalty != 1.0) punish_repetition(scores, with_start(said), options.repetition_penalty);
  for (const int64_t id : forbidden_tokens(said, options)) scores[id] = kForbidden;
  if (said.empty() && options.first_token) {
    std::fill(scores.begin(), scores.end(), kForbidden);
    scores[*options.first_token] = 0.0f;
  }
}

}  // namespace flanmoe
