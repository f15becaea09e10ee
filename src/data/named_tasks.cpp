#include "data/named_tasks.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "data/source.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

// A list of paths makes a mixture or a suite, a list of maps a task file with several tasks.
bool lists_paths(const ConfigNode& config) {
  if (!config.has("tasks") || !config.at("tasks").is_list()) return false;
  const auto entries = config.at("tasks").list();
  return !entries.empty() && entries.front().is_scalar();
}

void append(std::vector<TaskSpec>& tasks, std::vector<TaskSpec> more) {
  std::move(more.begin(), more.end(), std::back_inserter(tasks));
}

bool is_excluded(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&name](const std::string& pattern) {
    return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
  });
}

std::vector<TaskSpec> tasks_of_mixture(const ConfigNode& config, const std::filesystem::path& data_folder) {
  MixtureOptions options;
  load_options(config, options);
  std::vector<TaskSpec> tasks;
  for (const std::string& path : options.tasks) append(tasks, load_tasks(resolve_path(path, data_folder), data_folder));
  std::erase_if(tasks, [&options](const TaskSpec& task) { return is_excluded(task.name, options.exclude); });
  return tasks;
}

std::vector<TaskSpec> tasks_of_suite(const ConfigNode& config, const std::filesystem::path& data_folder) {
  std::vector<TaskSpec> tasks;
  for (const ConfigNode& entry : config.at("tasks").list()) {
    if (!entry.is_scalar()) fail_input("{}: expected the path of a task file or folder", entry.place());
    append(tasks, load_tasks(resolve_path(entry.scalar(), data_folder), data_folder));
  }
  return tasks;
}

}  // namespace

std::vector<TaskSpec> named_training_tasks(const std::string& path, const std::filesystem::path& data_folder) {
  const std::filesystem::path file = resolve_path(path, data_folder);
  if (!fs::is_regular_file(file)) return load_tasks(file, data_folder);
  const ConfigNode config = load_config(file);
  return lists_paths(config) ? tasks_of_mixture(config, data_folder) : load_tasks(file, data_folder);
}

std::vector<TaskSpec> named_evaluation_tasks(const std::string& path, const std::filesystem::path& data_folder) {
  const std::filesystem::path file = resolve_path(path, data_folder);
  if (!fs::is_regular_file(file)) return load_tasks(file, data_folder);
  const ConfigNode config = load_config(file);
  return lists_paths(config) ? tasks_of_suite(config, data_folder) : load_tasks(file, data_folder);
}

}  // namespace flanmoe
