#include "study/done_cells.h"

#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"

namespace flanmoe {
namespace {

// Checksums of files as they are now.
class Checksums {
 public:
  const std::string& of(const std::string& file) {
    const auto [found, is_new] = known_.emplace(file, "");
    if (is_new) found->second = checksum_file(file);
    return found->second;
  }

 private:
  std::map<std::string, std::string> known_;
};

}  // namespace

void check_done_cells(const std::vector<Cell>& cells, const StudyFolder& folder) {
  Checksums checksums;
  for (const Cell& cell : cells) {
    const std::filesystem::path kept = folder.cell(cell.key) / "inputs.json";  // run/inputs.h
    if (!fs::exists(folder.result(cell.key)) || !fs::exists(kept)) continue;
    const Json inputs = read_json(kept);
    for (const auto& [name, input] : inputs.items()) {
      if (name.ends_with(", prompts")) continue;  // a text, not a file's bytes
      const std::string file = json_string(input, "file", kept.string());
      const std::string before = json_string(input, "checksum", kept.string());
      if (!fs::is_regular_file(file) || checksums.of(file) == before) continue;
      fail_input(
          "{}: the cell '{}' is done with another content of {} ({}: checksum {} then, {} now). Put it back, or begin "
          "another study in another folder",
          folder.root.string(), cell.key.name(), printable(file), printable(name), before, checksums.of(file));
    }
  }
}

}  // namespace flanmoe
