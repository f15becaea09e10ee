// What the subcommands of `flanmoe data` are pointed at: task files and folders, names of tasks, mixtures.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/mixture/mixture_options.h"
#include "data/task.h"

namespace flanmoe {

// The `tasks` of a mixture or suite are names of files, those of a task file are tasks.
bool lists_task_files(const ConfigNode& config);

// A mixture by name (configs/mixtures) or file; UserError with the nearest name.
MixtureOptions open_mixture(const std::string& name);

struct DataChoice {
  std::optional<MixtureOptions> mixture;
  std::vector<TaskSpec> tasks;  // without a mixture: one or more
};
// A file or folder of tasks, a mixture's name or file, or the name of tasks that ship (tasks/), * and ? allowed.
// UserError with the nearest name for a word that is none of these.
DataChoice choose_data(const std::string& word, const std::filesystem::path& data_folder);

// Every task that ships. Files of tasks whose data are not there are told in `faults`.
std::vector<TaskSpec> shipped_tasks(const std::filesystem::path& data_folder, std::vector<std::string>& faults);

}  // namespace flanmoe
