// Data are text: where rows, corpora and options become ids, no name of a token in them is one
// (Tokenizer::encode_text).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

namespace flanmoe {
namespace {

namespace fs = std::filesystem;

TEST(DataIsText, NobodyReadsTokensInData) {
  const fs::path source = fs::path(FLANMOE_SOURCE_DIR) / "src";
  const std::regex reads_tokens(R"((\.|->)(encode|encode_with_end|encode_with_offsets)\()");
  size_t num_lines = 0;
  for (const char* folder : {"data", "eval", "analysis", "train", "run", "study"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source / folder)) {
      if (entry.path().extension() != ".cpp" || entry.path().parent_path().filename() == "tokenizer") continue;
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line); ++num_lines)
        EXPECT_FALSE(std::regex_search(line, reads_tokens)) << fs::relative(entry.path(), source) << ": " << line;
    }
  }
  EXPECT_GT(num_lines, 5000u);
}

}  // namespace
}  // namespace flanmoe
