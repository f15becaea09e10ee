// What a killed process was about to write: temporary files and folders beside their targets (base/files.h).
#pragma once

#include <filesystem>

namespace flanmoe {

// Removes them from `folder` and all below it. Nobody may be writing there.
void remove_leftovers(const std::filesystem::path& folder);

}  // namespace flanmoe
