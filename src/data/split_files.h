// The files behind what a task's split names: FILE, FILE#PART or a pattern.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// The files that a split names; a part with an ending ("ratings.csv#captions.json") is a file beside it. None when the
// task has no such split; MissingFile for a pattern that fits none.
std::vector<std::filesystem::path> files_of_split(const TaskSpec& task, const std::string& split);

}  // namespace flanmoe
