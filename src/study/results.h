// results.json: every cell's result, aggregated over seeds, with verdicts.
#pragma once

#include <vector>

#include "base/json.h"
#include "study/cells.h"
#include "study/study.h"

namespace flanmoe {

Json study_results(const StudyOptions& options, const std::vector<ArmOptions>& arms, const std::vector<Cell>& cells,
                   const StudyFolder& folder, const StudyCall& call);

}  // namespace flanmoe
