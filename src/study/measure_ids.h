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

// Whether its values are differences themselves, of which zero means that nothing changes.
bool is_of_differences(const std::string& id);

// "points" (of normalised scores, or between percents), "percent", "percent of capacity", "nats", "nats per token".
std::string unit_of_measure(const std::string& id);

// UserError when no cell of the study measures it, with the nearest id; `asker` stands in the message.
void check_measure_id(const std::string& id, const StudyOptions& options, const std::string& asker);

// Whether the arm will have the measure: a dense one has no utilisation, no drops, no score under other room for
// experts; others have no score at a step at which they are not evaluated, and no loss on held-out text where none is
// held out.
bool is_measured(const std::string& id, const StudyOptions& options, const ArmOptions& arm);

// UserError when one of `arms` will not have the measure, for any of the reasons that are known before the first run:
// no cell of the study measures it, the arm's cells do not, or no task of `heldout` is held out by cluster or by item
// as it asks. The last is looked up in the tasks' files in `data`, once that folder is there.
void check_measure(const std::string& id, const std::vector<const ArmOptions*>& arms, const StudyOptions& options,
                   const std::filesystem::path& data, const std::string& asker);

}  // namespace flanmoe
