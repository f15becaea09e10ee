// Which measures a study will have, known before its first run.
#pragma once

#include <string>
#include <vector>

#include "study/options.h"

namespace flanmoe {

// Without those of suites ("suite/exam/direct/instructed"), whose names only the tasks tell.
std::vector<std::string> measure_ids(const StudyOptions& options);

// UserError when no cell of the study measures it, with the nearest id; `asker` stands in the message.
void check_measure_id(const std::string& id, const StudyOptions& options, const std::string& asker);

}  // namespace flanmoe
