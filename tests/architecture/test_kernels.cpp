// Every op of src/kernels, told by its plain twin NAME_reference.cpp, has the same set of files: contract, checks and
// dispatch, code for the CPU. Its checks stand apart from its kernels, so that another device is one more file.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

namespace flanmoe {
namespace {

namespace fs = std::filesystem;

std::set<std::string> files_of_kernels() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(FLANMOE_SOURCE_DIR) / "src/kernels")) {
    names.insert(entry.path().filename());
  }
  return names;
}

TEST(Kernels, EveryOpHasItsFiles) {
  const std::set<std::string> files = files_of_kernels();
  const std::string mark = "_reference.cpp";
  size_t num_ops = 0;
  for (const std::string& file : files) {
    if (!file.ends_with(mark)) continue;
    ++num_ops;
    const std::string op = file.substr(0, file.size() - mark.size());
    for (const char* part : {".h", ".cpp", "_cpu.cpp"}) {
      EXPECT_TRUE(files.contains(op + part)) << "src/kernels/" << file << " has no " << op << part << " beside it";
    }
  }
  EXPECT_GE(num_ops, 7u);
}

}  // namespace
}  // namespace flanmoe
