// A cell that fails, as its study tells it. The cell is this very test program, started anew to run a test that is
// disabled here: it is told which by its environment, since a study's own arguments say nothing to it.
#include "study/grid.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

constexpr const char* kLogVariable = "FLANMOE_LOG_OF_CELL";

TEST(Cell, DISABLED_Fails) { FAIL() << "as it should"; }

TEST(Cell, DISABLED_LosesItsLog) {
  fs::remove(std::getenv(kLogVariable));
  std::_Exit(3);
}

class Grid : public FolderTest {
 protected:
  std::string message_of_cell(const std::string& test) const {
    const Cell cell{{"dense", 4, Phase::kPretrain}, {}};
    const StudyFolder folder{folder_};
    const std::string log = (folder.cell(cell.key) / "log.txt").string();
    const std::map<std::string, std::string> variables = {{"GTEST_ALSO_RUN_DISABLED_TESTS", "1"},
                                                          {"GTEST_FILTER", "Cell.DISABLED_" + test},
                                                          {"GTEST_BRIEF", "0"},
                                                          {kLogVariable, log}};
    for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 1);
    const std::string message = message_of<RunError>([&] { run_grid({cell}, folder, 1, {}); });
    for (const auto& [name, value] : variables) ::unsetenv(name.c_str());
    return message;
  }
  std::string log() const { return (folder_ / "cells/dense/seed-4/pretrain/log.txt").string(); }
};

TEST_F(Grid, ACellThatFailsIsToldWithItsLog) {
  const std::string message = message_of_cell("Fails");
  EXPECT_TRUE(message.starts_with("cell 'dense/seed-4/pretrain' ended with status 1; its log is " + log() +
                                  ", the last line: "))
      << message;
  EXPECT_NE(content_of(log()).find("as it should"), std::string::npos);
}

TEST_F(Grid, ACellThatLosesItsLogIsToldWithItsStatus) {
  EXPECT_EQ(message_of_cell("LosesItsLog"),
            "cell 'dense/seed-4/pretrain' ended with status 3; it left no log (" + log() + ")");
}

}  // namespace
}  // namespace flanmoe
