// The commands of README.md and docs/: found as they should be, and each of them one that `make test-docs` can run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace flanmoe::e2e {
namespace {

// Runs a script of the tree; what it says is shown where it fails. Skips without Python.
void expect_done(const std::string& script, const std::string& arguments = "") {
  if (std::system("python3 --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no python3";
  const std::string command =
      "said=$(python3 -B '" + std::string(FLANMOE_SOURCE_DIR) + "/" + script + "' " + arguments + " 2>&1)";
  EXPECT_EQ(std::system((command + " || { echo \"$said\"; exit 1; }").c_str()), 0);
}

TEST(DocsCommands, AreFoundInPages) { expect_done("tests/e2e/docs_commands_cases.py"); }

TEST(DocsCommands, OfEveryPageCanRun) { expect_done("scripts/docs_commands.py", "--list"); }

}  // namespace
}  // namespace flanmoe::e2e
