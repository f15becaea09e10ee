// An arm's entry in results.json: what it is, what it costs by count, and the recipe of its runs.
#pragma once

#include "base/json.h"
#include "study/cell_result.h"
#include "study/options.h"

namespace flanmoe {

Json arm_json(const ArmOptions& arm, const StudyOptions& options, const CellResults& results);

}  // namespace flanmoe
