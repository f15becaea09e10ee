// A line of progress in terminals of any width: the bar gives way, then the details; the time left stays.
#include "base/progress_text.h"

#include <gtest/gtest.h>

namespace flanmoe {
namespace {

const ProgressText kTraining = {0.13, "instruct", "step 26/200 (13%)", "loss 7.742, 10.2k tokens/s", "ETA 1 min 12 s"};
const std::string kLine = "instruct: step 26/200 (13%), loss 7.742, 10.2k tokens/s, ETA 1 min 12 s";

TEST(ProgressText, HasABarWhereThereIsRoom) {
  EXPECT_EQ(kTraining.line(), kLine);
  EXPECT_EQ(kTraining.fitted(200), "[==                  ] " + kLine);
  EXPECT_EQ(kTraining.fitted(kLine.size() + 23), "[==                  ] " + kLine);
  EXPECT_EQ(kTraining.fitted(kLine.size() + 13), "[=         ] " + kLine);
}

TEST(ProgressText, KeepsTheTimeLeftIn80And40Columns) {
  EXPECT_EQ(kTraining.fitted(79), "[     ] " + kLine);
  EXPECT_EQ(kTraining.fitted(78), kLine);  // the bar has no room left
  EXPECT_EQ(kTraining.fitted(60), "instruct: step 26/200 (13%), loss 7.742, ETA 1 min 12 s");
  EXPECT_EQ(kTraining.fitted(43), "instruct: step 26/200 (13%), ETA 1 min 12 s");
  EXPECT_EQ(kTraining.fitted(39), "step 26/200 (13%), ETA 1 min 12 s");
  EXPECT_EQ(kTraining.fitted(20), "ETA 1 min 12 s");
  EXPECT_EQ(kTraining.fitted(5), "ETA 1");
}

TEST(ProgressText, IsNeverWiderThanTheTerminal) {
  for (const ProgressText& text : {kTraining, ProgressText{0.0, "stats", "example 7", "", ""},
                                   ProgressText{1.0, "generate", "prompt 40/40 (100%)", "a name, of a task", ""}}) {
    for (size_t width = 0; width < 130; ++width) EXPECT_LE(text.fitted(width).size(), width) << width;
    EXPECT_TRUE(text.fitted(130).ends_with(text.line()));
  }
}

}  // namespace
}  // namespace flanmoe
