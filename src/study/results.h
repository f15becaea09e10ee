// results.json: every cell's result, aggregated over seeds, with verdicts.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "study/cells.h"

namespace flanmoe {

Json study_results(const StudyOptions& options, const std::vector<ArmOptions>& arms, const std::vector<Cell>& cells,
                   const StudyFolder& folder, const std::string& command);

}  // namespace flanmoe
