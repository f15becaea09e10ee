// One cell of a study, in a process of its own.
#pragma once

#include <vector>

#include "study/cells.h"
#include "study/study.h"

namespace flanmoe {

// Trains, evaluates and analyses one cell, and writes its result.json.
void run_cell(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
              const StudyFolder& folder, const StudyCall& call);

}  // namespace flanmoe
