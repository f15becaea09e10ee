// Timings of the arms: taken in one process, one arm after another in turns, so that a slow moment of the machine hits
// all alike.
#pragma once

#include <vector>

#include "base/json.h"
#include "study/cells.h"

namespace flanmoe {

// {"arms": [{"arm", "train_tokens_per_second", "eval_tokens_per_second", "decode_tokens_per_second"}]}: medians over
// options.cost_steps steps of the first seed's pre-training batches (train, eval) and of greedy decoding.
Json measure_cost(const StudyOptions& options, const std::vector<ArmOptions>& arms, const StudyFolder& folder);

}  // namespace flanmoe
