// Which measures a study will have, known before its first run.
#pragma once

#include <string>
#include <vector>

#include "study/options.h"

namespace flanmoe {

// Without those of suites ("suite/exam/direct/instructed"), whose names only the tasks tell.
std::vector<std::string> measure_ids(const StudyOptions& options);

// Whether its values are differences themselves, of which zero means that nothing changes.
bool is_of_differences(const std::string& id);

// UserError when no cell of the study measures it, with the nearest id; `asker` stands in the message.
void check_measure_id(const std::string& id, const StudyOptions& options, const std::string& asker);

// Whether the arm will have the measure: a dense one has no utilisation, no drops, no evaluations.
bool is_measured(const std::string& id, const StudyOptions& options, const ArmOptions& arm);
// UserError where it will not.
void check_arm_is_measured(const std::string& id, const StudyOptions& options, const ArmOptions& arm,
                           const std::string& asker);

}  // namespace flanmoe
