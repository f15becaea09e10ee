// Suites: files of configs/suites/ that name tasks and how they are asked. From suites to the tasks of an evaluation.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eval/asking/task_run.h"
#include "eval/options.h"

namespace flanmoe {

struct Suite {
  std::string name;  // "" = each task stands under its own suite
  EvalOptions options;
};

struct EvalRequest {
  std::vector<Suite> suites;
  std::vector<std::string> globs;         // names of tasks ("mmlu_*"); empty = all
  OnBadRow on_bad_row = OnBadRow::kStop;  // or rows that cannot be read are left out and counted
  bool skip_missing = false;              // tasks whose files are not there are left out
  std::filesystem::path data;             // what {data} stands for
  std::string globs_name = "--tasks";     // where the globs were given, for messages
};

struct EvalPlan {
  std::vector<TaskRun> runs;
  std::vector<std::string> left_out;  // "mmlu_anatomy: FILE is not there"
};

// Every task once, its files present. UserError for a glob that fits no task (with the nearest names), for two tasks of
// one name, for a file that is not there, and when nothing is left.
EvalPlan plan_evaluation(const EvalRequest& request);

}  // namespace flanmoe
