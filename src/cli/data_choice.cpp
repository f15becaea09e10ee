#include "cli/data_choice.h"

#include "base/config_paths.h"
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
  load_options(with_absolute_paths(config, {"tasks", "cache"}), options);
  return options;
}

// Every task that ships, before its data files are looked at.
std::vector<ListedTask> shipped_list(const std::filesystem::path& data_folder) {
  std::vector<ListedTask> tasks;
  const fs::path folder = home_folder() / "tasks";
  for (const fs::path& file : files_below(folder, ".yaml")) {
    if (*file.lexically_relative(folder).begin() == "templates") continue;
    for (ListedTask& task : list_tasks(file, data_folder)) tasks.push_back(std::move(task));
  }
  return tasks;
}

std::vector<TaskSpec> tasks_named(const std::string& pattern, const std::filesystem::path& data_folder) {
  const std::vector<ListedTask> shipped = shipped_list(data_folder);
  std::vector<std::string> names, faults;
  for (const ListedTask& task : shipped) names.push_back(task.spec.name);
  const std::vector<bool> wanted = wanted_names(names, {pattern});
  std::vector<TaskSpec> tasks;
  for (size_t i = 0; i < shipped.size(); ++i) {
    if (!shipped[i].missing.empty()) {
      faults.push_back(shipped[i].missing);
    } else if (wanted[i]) {
      tasks.push_back(opened_task(shipped[i]));
    }
  }
  if (!tasks.empty()) return tasks;
  for (const std::string& mixture : preset_names("mixtures")) names.push_back(mixture);
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
  std::vector<TaskSpec> tasks;
  for (const ListedTask& task : shipped_list(data_folder)) {
    try {
      tasks.push_back(opened_task(task));
    } catch (const MissingFile& error) {
      faults.emplace_back(error.what());
    }
  }
  return tasks;
}

}  // namespace flanmoe
