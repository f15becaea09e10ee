// Where the relative paths of a configuration lead: from the file that names them, on the command line from the current
// folder. "{data}/..." and "{home}/..." stay as they are.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/config.h"

namespace flanmoe {

// The one spelling of a path: absolute, without "." and "..", a folder without links on the way. `from` is the folder
// that a relative path leads from, "" = the current one. "", "{data}..." and "{home}..." stay.
std::string absolute_path(const std::string& written, const std::filesystem::path& from = {});

// The tree with the paths at `keys` ("mixture.tasks"; * is any key of a section) in that spelling, single texts and
// lists of them. At `presets_too` only what ends in .yaml is a path, anything else the name of a preset. UserError
// naming both when a path leads nowhere from its file but somewhere from the current folder.
ConfigNode with_absolute_paths(const ConfigNode& config, const std::vector<std::string>& keys,
                               const std::vector<std::string>& presets_too = {});

}  // namespace flanmoe
