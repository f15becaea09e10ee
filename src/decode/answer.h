// What decoding gives back, and what it tells while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace flanmoe {

struct Answer {
  std::vector<int32_t> ids;              // without the end token
  std::vector<float> log_probabilities;  // natural log, of each id and of the end token where it ended by one
  double log_probability = 0.0;          // their sum
  double score = 0.0;                    // what answers are ranked by: beams log_probability / length^penalty
  bool ended = false;                    // by an end token or a stop text; else it is as long as allowed
};

// What the caller wants; all optional.
struct GenerateHooks {
  // No log-probabilities and scores, please (they stay empty and zero): greedy search of one prompt is faster then.
  bool ids_only = false;
  std::function<bool(const std::vector<int32_t>& ids)> stops;  // does this answer end here? (stop texts)
  std::function<void(int32_t id)> token;                       // each new token; for one prompt, without beams
  std::function<void(int64_t num_done)> prompts_done;          // after each batch of prompts
  std::function<void()> before_step;                           // of decoding: may throw, to end the search
};

}  // namespace flanmoe
