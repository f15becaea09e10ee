// flanmoe eval: what was asked for, and the steps of it.
// Defined in cli/eval_*.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/files/suites.h"

namespace flanmoe {

struct EvalArguments {
  std::string model, data = ".", out, suites, tasks, baseline, predictions;
  OnBadRow on_bad_row = OnBadRow::kStop;
  std::vector<std::string> overrides, compare;
  std::vector<std::string> routing;  // cli/eval_routing.h
  int64_t limit = 0, seed = 0;
  bool json = false, skip_missing = false, all_tasks = false;
};

// Suites and tasks with every setting; without a suite tasks are asked as their files say (eval/options.h). UserError
// for a suite that is none (with the nearest name) and for a bad setting.
EvalRequest plan_request(const EvalArguments& arguments);

// Asks, writes --out, prints; the exit status.
int run_evaluation(const EvalArguments& arguments);

// --compare A B.
int run_comparison(const EvalArguments& arguments);

// results.json on stdout: the average, suites and tasks as tables, or (`json`) as it is.
void print_results(const Json& results, const EvalArguments& arguments);

}  // namespace flanmoe
