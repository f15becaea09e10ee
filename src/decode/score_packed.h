// Scoring of given answers with all candidates of a source in one decoder row: the memory's keys and values are
// computed once per source, not once per candidate.
#pragma once

#include "decode/score.h"

namespace flanmoe {

// What score_targets gives (its oracle), up to rounding. Models whose candidates cannot share a row are scored by
// score_targets itself: decoder-only ones, and those whose capacity is counted over rows or batches.
std::vector<std::vector<TargetScore>> score_packed_targets(const T5Model& model,
                                                           const std::vector<ScoreRequest>& requests,
                                                           int64_t max_batch_tokens = 16384);

}  // namespace flanmoe
