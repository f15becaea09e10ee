// From items to tasks, suites and the normalised average (definitions.md).
#pragma once

#include <vector>

#include "eval/evaluate.h"

namespace flanmoe {

// Score and standard error in percent; items that share a cluster_id are not independent and are summed first.
void score_task(TaskResult& task, const std::vector<ItemResult>& items);

// Suites in order of first appearance, each prompting apart.
std::vector<SuiteResult> score_suites(const std::vector<TaskResult>& tasks);

// Mean over suites of the mean of their tasks' normalised scores; 0 when there are none.
double normalised_average(const std::vector<SuiteResult>& suites);

}  // namespace flanmoe
