#include "eval/files/suites.h"

#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/nearest_name.h"
#include "data/split_files.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

bool fits(const std::string& name, const std::string& glob) { return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0; }

// A task, the suite that asks it, and the file it is from.
struct PlannedTask {
  TaskSpec task;
  const Suite* suite;
};

std::vector<PlannedTask> load_planned(const EvalRequest& request, EvalPlan& plan) {
  std::vector<PlannedTask> planned;
  for (const Suite& suite : request.suites) {
    for (const std::string& path : suite.options.tasks) {
      for (const auto& file : task_files(resolve_path(path, request.data))) {
        try {
          for (TaskSpec& task : load_tasks(file, request.data)) planned.push_back({std::move(task), &suite});
        } catch (const MissingFile& missing) {
          if (!request.skip_missing) throw MissingFile(std::string(missing.what()) + "; --skip-missing leaves it out");
          plan.left_out.push_back(missing.what());
        }
      }
    }
  }
  return planned;
}

void keep_named(std::vector<PlannedTask>& planned, const std::vector<std::string>& globs) {
  if (globs.empty()) return;
  for (const std::string& glob : globs) {
    std::vector<std::string> names;
    for (const PlannedTask& one : planned) names.push_back(one.task.name);
    if (std::any_of(names.begin(), names.end(), [&](const std::string& name) { return fits(name, glob); })) continue;
    const std::string hint = did_you_mean(glob, names);
    names.resize(std::min<size_t>(names.size(), 8));
    fail_input("--tasks: '{}' fits no task, {}expected names such as {}", glob, hint, fmt::join(names, ", "));
  }
  std::erase_if(planned, [&](const PlannedTask& one) {
    return std::none_of(globs.begin(), globs.end(),
                        [&one](const std::string& glob) { return fits(one.task.name, glob); });
  });
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
  std::vector<PlannedTask> planned = load_planned(request, plan);
  keep_named(planned, request.globs);
  expect_distinct(planned);
  for (const PlannedTask& one : planned) add_runs(one, request, plan);
  if (plan.runs.empty()) {
    fail_input("no task is left to evaluate on{}{}",
               plan.left_out.empty() ? "" : "; left out: ", fmt::join(plan.left_out, "; "));
  }
  return plan;
}

}  // namespace flanmoe
