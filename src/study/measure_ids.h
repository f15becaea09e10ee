// Which measures a study will have, known before its first run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "study/options.h"

namespace flanmoe {

// Without those of suites ("suite/exam/direct/instructed"), whose names only the tasks tell, and with those of tasks
// held out by cluster and by item, which only tasks that say so have.
std::vector<std::string> measure_ids(const StudyOptions& options);

// UserError when no cell of the study measures it, with the nearest id; `asker` stands in the message.
void check_measure_id(const std::string& id, const StudyOptions& options, const std::string& asker);

// UserError when the arm's runs do not: a step at which they are not evaluated, no text held out.
void check_measure_of_arm(const std::string& id, const ArmOptions& arm, const std::string& asker);

// UserError for a measure of tasks that are held out by cluster or by item where no task of `heldout` in the data
// folder says that it is.
void check_measure_of_tasks(const std::string& id, const StudyOptions& options, const std::filesystem::path& data,
                            const std::string& asker);

}  // namespace flanmoe
