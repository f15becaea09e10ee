// Cells that are done are what they would be today: they read what lies there now.
#pragma once

#include <vector>

#include "study/cells.h"

namespace flanmoe {

// UserError naming a done cell and the file that has other content than when it was trained. Files that are no longer
// there say nothing: data may be moved. Every file is read once.
void check_done_cells(const std::vector<Cell>& cells, const StudyFolder& folder);

}  // namespace flanmoe
