// Runs the cells of a study side by side, each when the one it needs is done.
#pragma once

#include <vector>

#include "study/cells.h"

namespace flanmoe {

// Cells with a result are skipped. Throws Interrupted after the running cells have saved, RunError naming a failed cell
// and its log.
void run_grid(const std::vector<Cell>& cells, const StudyFolder& folder, int64_t jobs);

}  // namespace flanmoe
