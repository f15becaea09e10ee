#include "run/config_copy.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "base/files.h"

namespace flanmoe {

std::string line_difference(const std::string& before, const std::string& now) {
  const auto lines = [](const std::string& text) {
    std::vector<std::string> result;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) result.push_back(line);
    return result;
  };
  const auto old_lines = lines(before), new_lines = lines(now);
  std::string difference;
  for (size_t i = 0; i < std::max(old_lines.size(), new_lines.size()); ++i) {
    const std::string old_line = i < old_lines.size() ? old_lines[i] : "",
                      new_line = i < new_lines.size() ? new_lines[i] : "";
    if (old_line != new_line) difference += fmt::format("\n  there: {}\n  asked: {}", old_line, new_line);
  }
  return difference;
}

void keep_config(const std::string& text, const std::filesystem::path& folder, const std::string& what) {
  const std::filesystem::path file = folder / "config.yaml";
  if (!fs::exists(file)) return write_atomically(file, text);
  const std::string before = read_text(file);
  if (before == text) return;
  fail_input("{}: this folder holds a {} of another configuration; choose another folder or remove it. Difference:{}",
             folder.string(), what, line_difference(before, text));
}

}  // namespace flanmoe
