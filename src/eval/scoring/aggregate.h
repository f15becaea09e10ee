// From items to tasks, suites and the normalised average (docs/definitions.md).
#pragma once

#include <vector>

#include "eval/asking/task_run.h"
#include "eval/results.h"

namespace flanmoe {

// Counts, score and standard error in percent; items that share a cluster_id are not independent and are summed first.
// Refused items are counted and have no part in the score.
void average_items(TaskResult& task, const std::vector<ItemResult>& items);

// The result of a task whose items are all there; `undefined` when every item was refused.
TaskResult scored_task(const AskedTask& asked, const std::vector<ItemResult>& items);

// Suites in order of first appearance, each prompting apart.
std::vector<SuiteResult> score_suites(const std::vector<TaskResult>& tasks);

// The same by cluster inside each suite, for suites of several clusters with some of several tasks.
std::vector<SuiteResult> score_categories(const std::vector<TaskResult>& tasks);

// Those of one prompting.
std::vector<SuiteResult> suites_asked(const std::vector<SuiteResult>& suites, Prompting prompting);

// Mean over suites of the mean of their tasks' normalised scores, and its standard error; 0 when there are none.
double normalised_average(const std::vector<SuiteResult>& suites);
double normalised_average_error(const std::vector<SuiteResult>& suites);

}  // namespace flanmoe
