// Layers and models run on any device: every file of src/moe and src/model that names the CPU, or reads numbers by
// pointers, stands in the table of docs/architecture.md with its reason, and no other.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

namespace flanmoe {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = FLANMOE_SOURCE_DIR;

std::set<std::string> files_that_name_the_cpu() {
  const std::regex host(R"(\bkCPU\b|\.cpu\(\)|\bis_cpu\b|\baccessor<|\w*data_ptr\b)"), comment(R"(//.*)");
  std::set<std::string> files;
  for (const char* folder : {"moe", "model"}) {
    for (const auto& entry : fs::directory_iterator(kRoot / "src" / folder)) {
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        if (std::regex_search(std::regex_replace(line, comment, ""), host)) {
          files.insert(folder + ("/" + entry.path().filename().string()));
        }
      }
    }
  }
  return files;
}

// The first column of the table under "What crosses".
std::set<std::string> files_of_the_table() {
  std::ifstream in(kRoot / "docs/architecture.md");
  const std::regex name(R"(`((?:moe|model)/[\w.]+)`)");
  std::set<std::string> files;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.find("What crosses") != std::string::npos) inside = true;
    if (line.rfind("Beside these", 0) == 0) inside = false;
    if (!inside || line.empty() || line[0] != '|') continue;
    const std::string column = line.substr(1, line.find('|', 1) - 1);
    for (std::sregex_iterator found(column.begin(), column.end(), name), end; found != end; ++found) {
      files.insert((*found)[1]);
    }
  }
  return files;
}

TEST(Devices, FilesThatNameTheCpuStandInTheTable) {
  const std::set<std::string> code = files_that_name_the_cpu(), table = files_of_the_table();
  ASSERT_FALSE(table.empty());
  for (const std::string& file : code) EXPECT_TRUE(table.contains(file)) << "src/" << file << " names the CPU";
  for (const std::string& file : table) EXPECT_TRUE(code.contains(file)) << "docs/architecture.md: no more in " << file;
}

}  // namespace
}  // namespace flanmoe
