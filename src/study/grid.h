// Runs the cells of a study side by side, each when the one it needs is done.
#pragma once

#include <filesystem>
#include <vector>

#include "study/cells.h"

namespace flanmoe {

// Cells with a result are skipped; `reuse` is handed on to those that are run. Throws Interrupted after the running
// cells have saved, RunError naming a failed cell and its log.
void run_grid(const std::vector<Cell>& cells, const StudyFolder& folder, int64_t jobs,
              const std::vector<std::filesystem::path>& reuse);

}  // namespace flanmoe
