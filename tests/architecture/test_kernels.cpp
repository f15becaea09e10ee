// Every op of src/kernels, told by its plain twin NAME_reference.cpp, has the same set of files: contract, checks and
// dispatch, code for the CPU. Its checks stand apart from its kernels, so that another device is one more file.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

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

// Of a function that several objects hold, the linker takes any one: an object compiled for AVX-512 must share none, or
// code that runs on any processor may call it.
TEST(Kernels, ObjectsForAvx512ShareNoFunction) {
  const fs::path objects = fs::path(FLANMOE_BINARY).parent_path() / "src/CMakeFiles/flanmoe_kernels.dir/kernels";
  size_t num_objects = 0;
  for (const auto& entry : fs::directory_iterator(objects)) {
    if (!entry.path().filename().string().ends_with("_avx512.cpp.o")) continue;
    ++num_objects;
    FILE* symbols = popen(("nm -C '" + entry.path().string() + "'").c_str(), "r");
    ASSERT_NE(symbols, nullptr);
    std::array<char, 4096> line{};
    size_t num_lines = 0;
    while (fgets(line.data(), line.size(), symbols) != nullptr) {
      ++num_lines;
      for (const char* kind : {" W ", " V ", " u "})
        EXPECT_EQ(std::string_view(line.data()).find(kind), std::string_view::npos)
            << entry.path() << ": " << line.data();
    }
    EXPECT_EQ(pclose(symbols), 0);
    EXPECT_GT(num_lines, 0u);
  }
  EXPECT_GE(num_objects, 3u);
}

}  // namespace
}  // namespace flanmoe
