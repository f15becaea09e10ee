// A prompt takes memory in proportion to its length, never to its square.
#include <gtest/gtest.h>

#include "e2e/binary.h"
#include "testing/check.h"

namespace flanmoe::e2e {
namespace {

class LongPrompts : public FolderTest {
 protected:
  std::string words(int count) const {
    std::string text;
    for (int i = 0; i < count; ++i) text += i % 3 == 0 ? "what " : i % 3 == 1 ? "is " : "one ";
    return put("prompt.txt", text + "\n").string();
  }
};

// All pairs of 6,000 tokens, two heads, are 288 MB in float32.
TEST_F(LongPrompts, MemoryIsLinearInTheirLength) {
  constexpr int64_t kMegabyte = 1'000'000;
  int64_t peak_of_short = 0;
  for (const int count : {10, 6000}) {
    const Ended ended = flanmoe({"generate", model().string(), "--input", words(count), "max_new_tokens=2"});
    ASSERT_EQ(ended.status, 0) << ended.err;
    if (count == 10) peak_of_short = ended.peak_memory;
    EXPECT_LT(ended.peak_memory - peak_of_short, 100 * kMegabyte);
  }
  put("item.jsonl", R"({"prompt": ")" + content_of(words(6000)).substr(0, 22000) + R"(", "answers": ["one", "two"]})");
  const Ended scored = flanmoe({"score", model().string(), "--input", (folder_ / "item.jsonl").string()});
  ASSERT_EQ(scored.status, 0) << scored.err;
  EXPECT_LT(scored.peak_memory - peak_of_short, 100 * kMegabyte);
}

}  // namespace
}  // namespace flanmoe::e2e
