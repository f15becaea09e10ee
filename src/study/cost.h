// Timings of the arms: taken in one process, one arm after another in turns, so that a slow moment of the machine hits
// all alike.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "study/cells.h"

namespace flanmoe {

// {"arms": [{"arm", and ModelTimer::rates()}]}: medians over options.cost_steps steps of the first seed's pre-training
// batches (train, eval) and of greedy decoding, and the value of every round; round i of all arms is one batch.
Json measure_cost(const StudyOptions& options, const std::vector<ArmOptions>& arms, const StudyFolder& folder);

// The row of an arm in what cost.json holds; `where` is that file. RunError when there is none.
const Json& cost_of_arm(const Json& cost, const std::string& arm, const std::string& where);

}  // namespace flanmoe
