// Which file the name of a study means.
#pragma once

#include <filesystem>
#include <string>

namespace flanmoe {

// A preset of configs/study, a grid of configs/grids, or a file; UserError with the nearest name.
std::filesystem::path study_file(const std::string& name);

}  // namespace flanmoe
