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

// Of the cell's run, or of one of its runs at several rates, which read the same.
std::filesystem::path inputs_file(const std::filesystem::path& cell) {
  for (const auto& entry : fs::directory_iterator(cell)) {
    if (entry.path().filename().string().starts_with(kRateFolder) && fs::exists(entry.path() / "inputs.json"))
      return entry.path() / "inputs.json";
  }
  return cell / "inputs.json";  // run/inputs.h
}

}  // namespace

void check_done_cells(const std::vector<Cell>& cells, const StudyFolder& folder) {
  Checksums checksums;
  for (const Cell& cell : cells) {
    if (!fs::exists(folder.result(cell.key))) continue;
    const std::filesystem::path kept = inputs_file(folder.cell(cell.key));
    if (!fs::exists(kept)) continue;
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
