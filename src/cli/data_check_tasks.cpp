#include "cli/data_check_tasks.h"

#include "base/config_paths.h"
#include "base/error.h"
#include "base/files.h"
#include "base/presets.h"
#include "cli/command.h"
#include "cli/data_choice.h"
#include "data/mixture/mixture.h"
#include "data/split_files.h"
#include "data/task_paths.h"
#include "eval/asking/task_run.h"
#include "eval/options.h"

namespace flanmoe {
namespace {

// The task files and folders that a word stands for.
std::vector<std::filesystem::path> paths_of(const std::string& word, const std::filesystem::path& data_folder) {
  const std::filesystem::path path = resolve_path(word, data_folder);
  if (fs::is_directory(path)) return {path};
  const std::filesystem::path file = fs::is_regular_file(path) ? path : find_preset("suites", word);
  const ConfigNode config = load_config(file);
  if (!lists_task_files(config)) return {file};
  EvalOptions suite;
  load_options(with_absolute_paths(config, {"tasks"}), suite);
  std::vector<std::filesystem::path> paths;
  for (const std::string& written : suite.tasks) paths.push_back(resolve_path(written, data_folder));
  return paths;
}

void leave_out(EvaluationTasks& found, const std::string& reason, bool skip_missing) {
  if (!skip_missing) throw MissingFile(reason + "; --skip-missing leaves it out");
  found.left_out.push_back(reason);
}

// Why a split cannot be read, or "".
std::string fault_of(const TaskSpec& task, const std::string& split) {
  try {
    for (const std::filesystem::path& file : files_of_split(task, split)) {
      if (!fs::exists(file)) return fmt::format("task '{}', {}: {}: no such file", task.name, split, file.string());
    }
  } catch (const MissingFile& missing) {
    return missing.what();
  }
  return "";
}

// The task with the splits whose files are there.
void add_task(TaskSpec task, EvaluationTasks& found, bool skip_missing) {
  const auto splits = task.splits;
  for (const auto& [split, file] : splits) {
    const std::string fault = split == "train" ? "" : fault_of(task, split);
    if (fault.empty()) continue;
    leave_out(found, fault, skip_missing);
    task.splits.erase(split);
  }
  const bool nothing_left = task.splits.size() < splits.size() && task.splits.size() == task.splits.count("train");
  if (!nothing_left) found.tasks.push_back(std::move(task));
}

}  // namespace

std::vector<TaskSpec> training_tasks(const std::string& word, const std::filesystem::path& data_folder) {
  DataChoice choice = choose_data(word, data_folder);
  return choice.mixture ? mixture_specs(*choice.mixture, data_folder) : std::move(choice.tasks);
}

EvaluationTasks evaluation_tasks(const std::vector<std::string>& words, const std::filesystem::path& data_folder,
                                 bool skip_missing) {
  EvaluationTasks found;
  for (const std::string& word : words) {
    for (const std::filesystem::path& path : paths_of(word, data_folder)) {
      for (const std::filesystem::path& file : task_files(path)) {
        try {
          for (TaskSpec& task : load_tasks(file, data_folder)) add_task(std::move(task), found, skip_missing);
        } catch (const MissingFile& missing) {
          if (!skip_missing) throw;
          found.left_out.emplace_back(missing.what());
        }
      }
    }
  }
  if (found.tasks.empty())
    fail_input("no task is left to check against; left out: {}", fmt::join(found.left_out, "; "));
  return found;
}

}  // namespace flanmoe
