// One cell of a study, in a process of its own.
#pragma once

#include <string>
#include <vector>

#include "study/cells.h"

namespace flanmoe {

// Trains, evaluates and analyses one cell, and writes its result.json; `commit` of the program's sources goes there.
void run_cell(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
              const StudyFolder& folder, const std::string& commit);

}  // namespace flanmoe
