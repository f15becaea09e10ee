#include "eval/files/suites.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/nearest_name.h"
#include "data/mixture/name_pattern.h"
#include "data/split_files.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

// A task, the suite that asks it, and the file it is from.
struct PlannedTask {
  TaskSpec task;
  const Suite* suite;
};

// The task, or why it is left out.
void add_planned(const ListedTask& listed, const Suite& suite, const EvalRequest& request,
                 std::vector<PlannedTask>& planned, EvalPlan& plan) {
  try {
    planned.push_back({opened_task(listed), &suite});
  } catch (const MissingFile& missing) {
    if (!request.skip_missing) throw MissingFile(std::string(missing.what()) + "; --skip-missing leaves it out");
    plan.left_out.push_back(missing.what());
  }
}

// UserError for a pattern of --tasks that fits none.
void expect_fitting(const EvalRequest& request, std::vector<std::string> names) {
  for (const std::string& glob : request.globs) {
    const std::vector<bool> wanted = wanted_names(names, {glob});
    if (std::find(wanted.begin(), wanted.end(), true) != wanted.end()) continue;
    const std::string hint = did_you_mean(glob, names);
    names.resize(std::min<size_t>(names.size(), 8));
    fail_input("{}: '{}' fits no task, {}expected names such as {}", request.globs_name, glob, hint,
               fmt::join(names, ", "));
  }
}

// The tasks of the suites that --tasks names; of no other are data files looked at.
std::vector<PlannedTask> load_planned(const EvalRequest& request, EvalPlan& plan) {
  std::vector<std::pair<ListedTask, const Suite*>> listed;
  std::vector<std::string> names;
  for (const Suite& suite : request.suites) {
    for (const std::string& path : suite.options.tasks) {
      for (ListedTask& task : list_tasks(resolve_path(path, request.data), request.data)) {
        names.push_back(task.spec.name);
        listed.emplace_back(std::move(task), &suite);
      }
    }
  }
  expect_fitting(request, names);
  const std::vector<bool> wanted = wanted_names(names, request.globs);
  std::vector<PlannedTask> planned;
  for (size_t i = 0; i < listed.size(); ++i) {
    if (request.globs.empty() || wanted[i]) add_planned(listed[i].first, *listed[i].second, request, planned, plan);
  }
  return planned;
}

void expect_distinct(const std::vector<PlannedTask>& planned) {
  std::map<std::string, std::string> files;
  for (const PlannedTask& one : planned) {
    const auto [found, added] = files.emplace(one.task.name, one.task.file);
    if (!added) fail_input("two tasks are named '{}': in {} and in {}", one.task.name, found->second, one.task.file);
  }
}

// Why the files of a run are not there, or "".
std::string missing_file(const TaskRun& run) {
  for (const std::string& split : {run.split(), run.shots() > 0 ? run.exemplar_split() : ""}) {
    try {
      for (const auto& file : files_of_split(run.task, split)) {
        if (!fs::exists(file)) return file.string() + ": no such file";
      }
    } catch (const MissingFile& missing) {
      return missing.what();
    }
  }
  return "";
}

void add_runs(const PlannedTask& planned, const EvalRequest& request, EvalPlan& plan) {
  const auto& [task, suite] = planned;
  const std::string place = suite->name.empty() ? task.suite : suite->name;
  const std::vector<TaskRun> runs = runs_of_task(task, suite->options, place);
  if (runs.empty()) plan.left_out.push_back(fmt::format("{}: it has no chain-of-thought prompt", task.name));
  for (const TaskRun& run : runs) {
    const std::string missing = missing_file(run);
    if (missing.empty()) {
      plan.runs.push_back(run);
    } else if (request.skip_missing) {
      plan.left_out.push_back(fmt::format("{}: {}", run.name(), missing));
    } else {
      throw MissingFile(fmt::format("task '{}': {} ({{data}} is {}; --skip-missing leaves such tasks out)", task.name,
                                    missing, request.data.string()));
    }
  }
}

}  // namespace

EvalPlan plan_evaluation(const EvalRequest& request) {
  EvalPlan plan;
  const std::vector<PlannedTask> planned = load_planned(request, plan);
  expect_distinct(planned);
  for (const PlannedTask& one : planned) add_runs(one, request, plan);
  if (plan.runs.empty()) {
    fail_input("no task is left to evaluate on{}{}",
               plan.left_out.empty() ? "" : "; left out: ", fmt::join(plan.left_out, "; "));
  }
  return plan;
}

}  // namespace flanmoe
