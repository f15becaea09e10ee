// Tasks that a word of the command line stands for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// `path` is a task file, a folder of task files, or a file with a list `tasks` of such paths; "{data}/" and "{home}/"
// may begin it. UserError as load_tasks.
// The tasks of a mixture file are those it trains on (MixtureOptions), of a suite file all of its list.
std::vector<TaskSpec> named_training_tasks(const std::string& path, const std::filesystem::path& data_folder);
std::vector<TaskSpec> named_evaluation_tasks(const std::string& path, const std::filesystem::path& data_folder);

}  // namespace flanmoe
