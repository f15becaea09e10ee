#include "cli/data_choice.h"

#include "base/error.h"
#include "base/files.h"
#include "base/presets.h"
#include "cli/command.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/name_pattern.h"
#include "data/task_paths.h"

namespace flanmoe {
namespace {

MixtureOptions mixture_of(const ConfigNode& config) {
  MixtureOptions options;
  load_options(config, options);
  return options;
}

std::vector<std::string> mixture_names() { return preset_names("mixtures"); }

std::vector<TaskSpec> tasks_named(const std::string& pattern, const std::filesystem::path& data_folder) {
  std::vector<std::string> faults, names = mixture_names();
  std::vector<TaskSpec> tasks = shipped_tasks(data_folder, faults);
  for (const TaskSpec& task : tasks) names.push_back(task.name);
  std::erase_if(tasks, [&pattern](const TaskSpec& task) { return !matches_pattern(task.name, pattern); });
  if (!tasks.empty()) return tasks;
  const std::string nearest = nearest_match(pattern, names);
  fail_input("'{}' is no file, mixture or task{}{}", pattern,
             nearest.empty() ? "; flanmoe data list shows the tasks" : fmt::format("; did you mean '{}'?", nearest),
             faults.empty() ? ""
                            : fmt::format(" (the data of {} task files are not there, the first: {})", faults.size(),
                                          faults.front()));
}

}  // namespace

bool lists_task_files(const ConfigNode& config) {
  return config.has("tasks") && config.at("tasks").is_list() && !config.at("tasks").empty() &&
         config.at("tasks").list().front().is_scalar();
}

MixtureOptions open_mixture(const std::string& name) {
  const std::filesystem::path file = find_preset("mixtures", name);
  const ConfigNode config = load_config(file);
  if (!lists_task_files(config)) fail_input("{}: not a mixture: expected 'tasks' to list task files", file.string());
  return mixture_of(config);
}

DataChoice choose_data(const std::string& word, const std::filesystem::path& data_folder) {
  const std::filesystem::path path = resolve_path(word, data_folder);
  if (fs::is_directory(path)) return {{}, load_tasks(path, data_folder)};
  const std::filesystem::path named = home_folder() / "configs/mixtures" / (word + ".yaml");
  const std::filesystem::path file = fs::is_regular_file(path) ? path : named;
  if (!fs::is_regular_file(file)) return {{}, tasks_named(word, data_folder)};
  const ConfigNode config = load_config(file);
  if (lists_task_files(config)) return {mixture_of(config), {}};
  return {{}, load_tasks(file, data_folder)};
}

std::vector<TaskSpec> shipped_tasks(const std::filesystem::path& data_folder, std::vector<std::string>& faults) {
  std::vector<std::filesystem::path> files;
  for (const fs::path& file : files_below(home_folder() / "tasks", ".yaml")) {
    if (*file.lexically_relative(home_folder() / "tasks").begin() != "templates") files.push_back(file);
  }
  std::vector<TaskSpec> tasks;
  for (const auto& file : files) {
    try {
      for (TaskSpec& task : load_tasks(file, data_folder)) tasks.push_back(std::move(task));
    } catch (const MissingFile& error) {
      faults.emplace_back(error.what());
    }
  }
  return tasks;
}

}  // namespace flanmoe
