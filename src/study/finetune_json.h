// Every finetuning of a study, one by one: whether a set told arms apart, which rate was taken, what was learnt by
// heart.
#pragma once

#include <vector>

#include "base/json.h"
#include "study/cell_result.h"
#include "study/options.h"

namespace flanmoe {

// By arm, set, way and seed (docs/results.md: finetunings).
Json finetunings_json(const StudyOptions& options, const std::vector<ArmOptions>& arms, const CellResults& results);

}  // namespace flanmoe
