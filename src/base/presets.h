// Presets: YAML files of configs/KIND that are known by their names (model, train, study, mixtures, suites).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace flanmoe {

// The presets of a kind, sorted; UserError when there is no configs folder.
std::vector<std::string> preset_names(const std::string& kind);

// A preset by name (configs/KIND/NAME.yaml) or a file by path; UserError with the nearest name and the list.
std::filesystem::path find_preset(const std::string& kind, const std::string& name);

}  // namespace flanmoe
