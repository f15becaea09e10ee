// The tasks on both sides of `flanmoe data check`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// What a mixture (by name or file), a task file, a folder of them or the name of shipped tasks trains on. UserError
// with the nearest name.
std::vector<TaskSpec> training_tasks(const std::string& word, const std::filesystem::path& data_folder);

// Evaluation tasks, and those that are not there.
struct EvaluationTasks {
  std::vector<TaskSpec> tasks;
  std::vector<std::string> left_out;  // why, one line each; only with `skip_missing`
};
// Of suites (by name or file), task files and folders. MissingFile when a task or a split other than "train" needs a
// file that is not in the data folder, unless `skip_missing`; UserError with the nearest name for a word that is none.
EvaluationTasks evaluation_tasks(const std::vector<std::string>& words, const std::filesystem::path& data_folder,
                                 bool skip_missing);

}  // namespace flanmoe
