// What a study would run, for `flanmoe study ... --list`: its cells, which are done, and how long the others may take.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "study/cells.h"

namespace flanmoe {

// {"cells": [{"cell", "done", "seconds" (measured, expected, or null)}], "done", "seconds_left" (null: not known yet),
// "jobs"}. A cell is expected to take as long per unit of computing (FLOPs per token x tokens of its training) as the
// done ones of its phase took, evaluation included, or where their training was taken from.
Json cell_list_json(const StudyOptions& options, const std::vector<ArmOptions>& arms, const std::vector<Cell>& cells,
                    const StudyFolder& folder);

// The same for people.
std::string cell_list_text(const Json& list);

}  // namespace flanmoe
