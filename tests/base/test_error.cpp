#include "base/error.h"

#include <gtest/gtest.h>

namespace flanmoe {
namespace {

TEST(Printable, KeepsTextAndShowsControlCharacters) {
  EXPECT_EQ(printable("layer.0 \"q\" é"), "layer.0 \"q\" é");
  EXPECT_EQ(printable(std::string_view("a\0b\n\x1b[2J\x7f", 9)), "a\\x00b\\x0a\\x1b[2J\\x7f");
  EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace flanmoe
