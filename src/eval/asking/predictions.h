// Someone else's answers, scored like a model's.
#pragma once

#include <filesystem>
#include <vector>

#include "eval/asking/answerer.h"

namespace flanmoe {

// Reads {"task", "id", "prediction"} per line, with "prompting" ("direct" or "cot") where a task is asked both ways. A
// prediction is what a model would generate: the answer is taken out of it by the task's rule. UserError naming file
// and line for a line that is none, a task that is not asked and an id that is there twice; and, when a task comes to
// be answered, for ids that its rows do not have and rows without a prediction.
Answerer prediction_answerer(const std::filesystem::path& file, const std::vector<TaskRun>& runs);

}  // namespace flanmoe
