// Scoring of given answers: log probability of each candidate target after one source, the encoder run once per source.
#pragma once

#include <cstdint>
#include <vector>

#include "model/t5.h"

namespace flanmoe {

struct ScoreRequest {
  std::vector<int32_t> source;                // ends with eos
  std::vector<std::vector<int32_t>> targets;  // candidates, each ending with eos
};
struct TargetScore {
  double log_probability = 0.0;  // natural log, summed over the target's tokens (eos included)
  int64_t num_tokens = 0;
  std::vector<float> tokens;  // log-probability of each
};

// One vector of scores per request, in order. The result of a request does not depend on its neighbours in the batch
// (but where eval_group is the batch); `max_batch_tokens` only bounds memory.
std::vector<std::vector<TargetScore>> score_targets(const T5Model& model, const std::vector<ScoreRequest>& requests,
                                                    int64_t max_batch_tokens = 16384);

}  // namespace flanmoe
