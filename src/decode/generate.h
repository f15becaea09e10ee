// Greedy and sampled generation with a KV cache.
#pragma once

#include <cstdint>
#include <vector>

#include "base/config.h"
#include "model/t5.h"

namespace flanmoe {

struct GenerateOptions {
  int64_t max_new_tokens = 64;
  double temperature = 0.0;  // 0 = greedy
  int64_t top_k = 0;         // 0 = all
  double top_p = 1.0;
  int64_t seed = 0;
  void fields(FieldVisitor& visitor);
};

// One answer per source, eos not included. Rows leave the batch when they finish; a row's answer does not depend on its
// neighbours.
std::vector<std::vector<int32_t>> generate(const T5Model& model, const std::vector<std::vector<int32_t>>& sources,
                                           const GenerateOptions& options, int64_t max_batch_rows = 64);

}  // namespace flanmoe
