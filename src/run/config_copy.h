// config.yaml of a run or study: what a folder was begun with.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace flanmoe {

// Writes `text` as folder/config.yaml, or checks that the folder's says the same. `today` reads the file there and
// gives the text that would be written now, so that neither another spelling of a path nor a setting that is newer than
// the file makes a difference. UserError with every key that differs; `what` is what the folder would hold two of
// ("run", "study").
void keep_config(const std::string& text, const std::filesystem::path& folder, const std::string& what,
                 const std::function<std::string(const std::filesystem::path&)>& today);

// A key with another value in two configurations, as text; "" = it is not there.
struct ConfigDifference {
  std::string key, before, now;
};
std::vector<ConfigDifference> config_differences(const std::string& before, const std::string& now);

}  // namespace flanmoe
