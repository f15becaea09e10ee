// A whole evaluation, part by part: what a folder of samples holds already is not asked again.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "eval/asking/answerer.h"
#include "eval/asking/task_run.h"
#include "eval/files/samples.h"
#include "eval/results.h"

namespace flanmoe {

struct RunHooks {
  std::function<void(int64_t done, int64_t total, const std::string& task)> progress;  // after each part
  std::function<void()> between_parts;  // throws when the run should end here
};

// All data files are read before the first question is asked. With `samples`, judged items are appended to them part by
// part, and those that stand there count as answered. Parts are the same whenever a run begins, so that an interrupted
// evaluation ends with the bits of a straight one. Items in the order of runs and rows.
EvalResult run_tasks(const std::vector<TaskRun>& runs, const Answerer& answerer, const SampleFolder* samples,
                     BadRows& bad_rows, const RunHooks& hooks);

}  // namespace flanmoe
