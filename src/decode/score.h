// Scoring of given answers: log probability of each candidate target after one source, the encoder run once per source.
// It is that with which decoding would say it: an encoder routes as in evaluation, and in a causal stack (a decoder,
// the whole of a decoder-only model) no expert is ever full, but under Hugging Face's rule.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "model/t5.h"

namespace flanmoe {

struct ScoreRequest {
  std::vector<int32_t> source;                // ends with eos
  std::vector<std::vector<int32_t>> targets;  // candidates, each ending with eos
  std::string name = "";                      // in messages: "mmlu_anatomy, item 3"
};
struct TargetScore {
  double log_probability = 0.0;  // natural log, summed over the target's tokens (eos included)
  int64_t num_tokens = 0;
  std::vector<float> tokens;  // log-probability of each
};

inline constexpr int64_t kBatchTokens = 16384;  // a bound on padded tokens of a batch

// One vector of scores per request, in order. The result of a request does not depend on its neighbours in the batch
// (but where eval_group is the batch); `max_batch_tokens` only bounds memory. `before_batch` may throw, to end the
// work. RunError naming the request when a log-probability is not finite.
std::vector<std::vector<TargetScore>> score_targets(const T5Model& model, const std::vector<ScoreRequest>& requests,
                                                    int64_t max_batch_tokens = kBatchTokens,
                                                    const std::function<void()>& before_batch = {});

}  // namespace flanmoe
