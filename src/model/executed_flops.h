// Forward FLOPs that were done, beside those a model is said to cost (model/counts.h): a dropped choice is counted
// there and computes nothing, and Expert Choice may take more tokens in evaluation than in training.
#pragma once

#include <cstdint>
#include <vector>

#include "model/options.h"
#include "moe/stack.h"

namespace flanmoe {

// Kept (token, expert) pairs per routed token of a sparse layer, as MoeStatistics::kept_per_token says.
struct KeptChoices {
  Stack stack = Stack::kEncoder;
  int64_t layer = 0;
  double per_token = 0.0;
};

// ModelCounts::flops_per_token with each sparse layer's kept pairs in place of k (or c). `kept`: one entry for each
// sparse layer, in any order; UserError naming a layer that is missing, twice there, or not sparse.
double executed_flops_per_token(const ModelOptions& options, const std::vector<KeptChoices>& kept);

}  // namespace flanmoe
