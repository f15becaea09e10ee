// Groups: the edges.
#include "moe/groups.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace flanmoe {
namespace {

TEST(CutGroups, CutsAtTheSize) {
  EXPECT_EQ(cut_groups(8, 4), (GroupBounds{0, 4, 8}));
  EXPECT_EQ(cut_groups(3, 4), (GroupBounds{0, 3}));
  EXPECT_EQ(cut_groups(4, 4), (GroupBounds{0, 4}));
  EXPECT_EQ(cut_groups(3, 1), (GroupBounds{0, 1, 2, 3}));
}

TEST(CutGroups, ZeroIsOneGroup) {
  EXPECT_EQ(cut_groups(1, 0), (GroupBounds{0, 1}));
  EXPECT_EQ(cut_groups(100000, 0), (GroupBounds{0, 100000}));
}

TEST(CutGroups, CoversEveryTokenOnceInGroupsOfAtMostTheSize) {
  for (int64_t num_tokens = 1; num_tokens < 40; ++num_tokens) {
    for (int64_t size = 1; size < 12; ++size) {
      const GroupBounds groups = cut_groups(num_tokens, size);
      ASSERT_GE(groups.host.size(), 2u);
      EXPECT_EQ(groups.host.front(), 0);
      EXPECT_EQ(groups.host.back(), num_tokens);
      EXPECT_EQ(static_cast<int64_t>(groups.host.size()) - 1, (num_tokens + size - 1) / size);
      for (size_t g = 0; g + 1 < groups.host.size(); ++g) {
        EXPECT_GT(groups.host[g + 1], groups.host[g]);
        EXPECT_LE(groups.host[g + 1] - groups.host[g], size);
      }
    }
  }
}

TEST(CutGroups, LieOnTheHostAndWhereTheTokensAre) {
  const GroupBounds groups = cut_groups(10, 4);
  EXPECT_EQ(groups.num_groups(), 3);
  EXPECT_TRUE(groups.tensor.equal(at::tensor(groups.host, at::kLong)));
}

TEST(CutGroups, NoTokens) {
  for (const int64_t size : {0, 4}) {
    const GroupBounds groups = cut_groups(0, size);
    ASSERT_FALSE(groups.host.empty());
    EXPECT_EQ(groups.host.front(), 0);
    EXPECT_EQ(groups.host.back(), 0);
  }
}

}  // namespace
}  // namespace flanmoe
