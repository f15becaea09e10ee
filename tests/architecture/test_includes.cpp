// The house rules that a compiler does not see: arrows between folders (the table of docs/architecture.md), no
// torch/torch.h, lengths of files.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace flanmoe {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = FLANMOE_SOURCE_DIR;
constexpr size_t kLongestFile = 350, kLongestHeader = 160;

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" `");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" `") - begin + 1);
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(trimmed(part));
  return parts;
}

// Folder -> folders it may include from, its own among them; {"all"} is everything. "+ x" adds x to the row above.
using Arrows = std::map<std::string, std::set<std::string>>;

Arrows read_arrows(const std::vector<std::string>& page) {
  Arrows arrows;
  std::set<std::string> row_above;
  bool in_table = false;
  for (const std::string& line : page) {
    if (line.starts_with("| folder ")) in_table = true;
    if (!in_table || line.starts_with("| folder ") || line.starts_with("|--")) continue;
    if (!line.starts_with("|")) break;
    const std::vector<std::string> cells = split(line, '|');  // "", folder, may include, holds
    std::string allowed = cells.at(2);
    std::set<std::string> row;
    if (allowed.starts_with("+")) {
      row = row_above;
      allowed = trimmed(allowed.substr(1));
    }
    for (const std::string& name : split(allowed, ',')) row.insert(name);
    row_above = row;
    row.insert(cells.at(1));
    arrows[cells.at(1)] = row;
  }
  return arrows;
}

// What a line includes from our tree or another library: `#include "a/b.h"` and `#include <a/b.h>` give "a/b.h".
std::string included(const std::string& line) {
  const std::string word = "#include ";
  const size_t place = line.find_first_not_of(" ");
  if (place == std::string::npos || line.compare(place, word.size(), word) != 0) return "";
  const size_t begin = line.find_first_of("\"<");
  const size_t end = begin == std::string::npos ? begin : line.find_first_of("\">", begin + 1);
  return end == std::string::npos ? "" : line.substr(begin + 1, end - begin - 1);
}

struct Source {
  fs::path path;
  std::string name;    // "moe/plan.cpp"
  std::string folder;  // "moe"
  std::vector<std::string> lines;
};

std::vector<Source> sources() {
  std::vector<Source> result;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "src")) {
    const std::string extension = entry.path().extension();
    if (!std::set<std::string>{".h", ".cpp", ".cu", ".cuh", ".hip"}.contains(extension)) continue;
    const fs::path relative = fs::relative(entry.path(), kRoot / "src");
    result.push_back({entry.path(), relative.string(), relative.begin()->string(), lines_of(entry.path())});
  }
  std::sort(result.begin(), result.end(), [](const Source& a, const Source& b) { return a.name < b.name; });
  return result;
}

bool allows(const Arrows& arrows, const std::string& from, const std::string& to) {
  const auto row = arrows.find(from);
  return row != arrows.end() && (row->second.contains("all") || row->second.contains(to));
}

TEST(Includes, TableIsRead) {
  const Arrows arrows = read_arrows({"| folder | may include | holds |", "|---|---|---|",
                                     "| `a` | standard library, fmt | x |", "| `b` | a, c | x |",
                                     "| `d` | + b | x, with a comma |", "| `e` | all | x |", "", "| `f` | a | x |"});
  EXPECT_EQ(arrows.size(), 4u);
  EXPECT_TRUE(allows(arrows, "d", "c"));
  EXPECT_TRUE(allows(arrows, "d", "d"));
  EXPECT_FALSE(allows(arrows, "b", "d"));
  EXPECT_FALSE(allows(arrows, "f", "a"));
  EXPECT_TRUE(allows(arrows, "e", "anything"));
}

TEST(Includes, ArrowsAreThoseOfTheArchitecturePage) {
  const Arrows arrows = read_arrows(lines_of(kRoot / "docs/architecture.md"));
  ASSERT_GT(arrows.size(), 10u) << "no folder table found";
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(kRoot / "src")) {
    if (entry.is_directory()) folders.insert(entry.path().filename());
  }
  for (const Source& source : sources()) {
    if (source.folder == source.name) continue;  // a file of src itself
    EXPECT_TRUE(arrows.contains(source.folder)) << "src/" << source.folder << " has no row in docs/architecture.md";
    for (size_t i = 0; i < source.lines.size(); ++i) {
      const std::string header = included(source.lines[i]);
      const std::string to = header.substr(0, header.find('/'));
      if (header.find('/') == std::string::npos || !folders.contains(to)) continue;
      EXPECT_TRUE(allows(arrows, source.folder, to)) << "src/" << source.name << ":" << i + 1 << " includes " << header;
      EXPECT_TRUE(fs::exists(kRoot / "src" / header))
          << "src/" << source.name << ":" << i + 1 << " includes " << header;
    }
  }
}

TEST(Includes, ArrowsHaveNoCycle) {
  const Arrows arrows = read_arrows(lines_of(kRoot / "docs/architecture.md"));
  for (const auto& [from, row] : arrows) {
    for (const std::string& to : row) {
      if (to == from || !arrows.contains(to)) continue;
      EXPECT_FALSE(allows(arrows, to, from)) << from << " <-> " << to;
    }
  }
}

TEST(Includes, NobodyIncludesTheWholeOfTorch) {
  for (const Source& source : sources()) {
    for (const std::string& line : source.lines) EXPECT_NE(included(line), "torch/torch.h") << "src/" << source.name;
  }
}

TEST(Includes, FilesAreShort) {
  for (const Source& source : sources()) {
    const size_t longest = source.path.extension() == ".h" ? kLongestHeader : kLongestFile;
    EXPECT_LE(source.lines.size(), longest) << "src/" << source.name;
  }
}

}  // namespace
}  // namespace flanmoe
