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

// Forbids every token that followed what the last n - 1 tokens repeat.
void forbid_repeated_ngrams(std::span<float> scores, const std::vector<int32_t>& ids, int64_t n) {
  const auto size = static_cast<int64_t>(ids.size());
  const auto tail = ids.end() - std::min(n - 1, size);
  for (int64_t begin = 0; begin + n <= size; ++begin) {
    if (std::equal(tail, ids.end(), ids.begin() + begin)) scores[ids[begin + n - 1]] = kForbidden;
  }
}

}  // namespace

bool has_rules(const GenerateOptions& o) {
  return o.repetition_penalty != 1.0 || o.no_repeat_ngram > 0 || o.min_new_tokens > 0 || o.first_token >= 0;
}

void apply_rules(std::span<float> scores, const std::vector<int32_t>& said, const GenerateOptions& options) {
  std::vector<int32_t> ids = {0};
  ids.insert(ids.end(), said.begin(), said.end());
  if (options.repetition_penalty != 1.0) punish_repetition(scores, ids, options.repetition_penalty);
  if (options.no_repeat_ngram > 0) forbid_repeated_ngrams(scores, ids, options.no_repeat_ngram);
  if (static_cast<int64_t>(said.size()) < options.min_new_tokens) {
    for (const int64_t id : options.end_tokens) scores[id] = kForbidden;
  }
  if (said.empty() && options.first_token >= 0) {
    std::fill(scores.begin(), scores.end(), kForbidden);
    scores[options.first_token] = 0.0f;
  }
}

}  // namespace flanmoe
