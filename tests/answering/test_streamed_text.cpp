#include "answering/streamed_text.h"

#include "session_case.h"

namespace flanmoe {
namespace {

const std::string kNone = "\uFFFD";

TEST(StreamedText, ShowsWhatIsNew) {
  StreamedText text;
  EXPECT_EQ(text.grown("the"), "the");
  EXPECT_EQ(text.grown("the river"), " river");
  EXPECT_EQ(text.grown("the river"), "");
  EXPECT_EQ(text.ended("the river runs"), " runs");
}

// "é" and "日" of a vocabulary that falls back to bytes come byte by byte.
TEST(StreamedText, HoldsUnfinishedCharactersBack) {
  StreamedText text;
  std::string shown = text.grown("caf" + kNone);
  EXPECT_EQ(shown, "caf");
  EXPECT_EQ(text.grown("café"), "é");
  EXPECT_EQ(text.grown("café" + kNone), "");
  EXPECT_EQ(text.grown("café" + kNone + kNone), "");
  EXPECT_EQ(text.grown("café日"), "日");
  EXPECT_EQ(text.grown("café日" + kNone), "");
  EXPECT_EQ(text.ended("café日" + kNone), kNone);  // it never came
}

TEST(StreamedText, ShowsBytesThatAreNoCharacterOnceSomethingFollows) {
  StreamedText text;
  EXPECT_EQ(text.grown(kNone), "");
  EXPECT_EQ(text.grown(kNone + "a"), kNone + "a");
}

TEST(StreamedText, TakesNothingBack) {
  StreamedText text;
  EXPECT_EQ(text.grown("the river"), "the river");
  EXPECT_EQ(text.grown("the"), "");
  EXPECT_EQ(text.ended("the river runs"), " runs");
}

}  // namespace
}  // namespace flanmoe
