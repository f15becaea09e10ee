// config.yaml of a run or study: what a folder was begun with.
#pragma once

#include <filesystem>
#include <string>

namespace flanmoe {

// Writes `text` as folder/config.yaml, or checks that the folder's is the same. UserError showing the lines that
// differ; `what` is what the folder would hold two of ("run", "study").
void keep_config(const std::string& text, const std::filesystem::path& folder, const std::string& what);

// Lines that differ between two configurations, for messages.
std::string line_difference(const std::string& before, const std::string& now);

}  // namespace flanmoe
