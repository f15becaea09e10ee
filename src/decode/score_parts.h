// What both ways of scoring given answers share.
#pragma once

#include <ATen/core/Tensor.h>

#include "decode/score.h"

namespace flanmoe {

// Requests of like length share a batch, so that little is padding.
std::vector<size_t> order_by_source_length(const std::vector<ScoreRequest>& requests);

// log softmax(logits)[target] at every position, [B, Lt] float32.
at::Tensor target_log_probabilities(const at::Tensor& logits, const at::Tensor& target_ids);

TargetScore target_score(const float* log_probabilities, size_t num_tokens);

}  // namespace flanmoe
