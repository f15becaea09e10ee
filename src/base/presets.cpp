#include "base/presets.h"

#include <algorithm>

#include "base/config.h"
#include "base/error.h"
#include "base/files.h"
#include "base/nearest_name.h"

namespace flanmoe {

std::vector<std::string> preset_names(const std::string& kind) {
  std::vector<std::string> names;
  for (const fs::path& file : files_in(home_folder() / "configs" / kind, ".yaml"))
    names.push_back(file.stem().string());
  return names;
}

std::filesystem::path find_preset(const std::string& kind, const std::string& name) {
  if (fs::is_regular_file(name)) return name;
  const std::filesystem::path file = home_folder() / "configs" / kind / (name + ".yaml");
  if (fs::is_regular_file(file)) return file;
  const std::vector<std::string> names = preset_names(kind);
  fail_input("'{}' is neither a file nor a {} preset; {}expected one of {}", name, kind, did_you_mean(name, names),
             fmt::join(names, ", "));
}

}  // namespace flanmoe
