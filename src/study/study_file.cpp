#include "study/study_file.h"

#include <algorithm>
#include <vector>

#include "base/presets.h"

namespace flanmoe {

std::filesystem::path study_file(const std::string& name) {
  const std::vector<std::string> grids = preset_names("grids");
  const bool is_grid = std::find(grids.begin(), grids.end(), name) != grids.end();
  return find_preset(is_grid && !std::filesystem::is_regular_file(name) ? "grids" : "study", name);
}

}  // namespace flanmoe
