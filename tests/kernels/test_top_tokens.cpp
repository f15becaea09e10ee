// The tokens of every expert: by hand, and the loops against the expressions.
#include "kernels/top_tokens.h"

#include <gtest/gtest.h>

#include "routing_case.h"
#include "testing/device_case.h"

namespace flanmoe {
namespace {

TEST(TopTokens, ByGroupThenByProbabilityTiesToTheLowest) {
  // tokens 0 to 2, then 3 and 4
  const at::Tensor p =
      at::tensor(std::vector<double>{.1, .9, .3, .7, .3, .7, .8, .2, .9, .1}, at::kDouble).view({5, 2});
  EXPECT_TRUE(top_tokens(p, ints({0, 3, 5}), ints({2, 1})).equal(ints({1, 2, 4, 0, 1, 3}).view({2, 3})));
  EXPECT_TRUE(top_tokens(p, ints({0, 3, 5}), ints({0, 2})).equal(ints({4, 3, 3, 4}).view({2, 2})));
}

class TopTokensOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, TopTokensOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(TopTokensOn, EqualTheExpressions) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const RoutingCase c(seed);
    const at::Tensor p = GetParam().put(c.probabilities);
    const at::Tensor mine = top_tokens(p, c.bounds.to(p.device()), c.room.to(p.device()));
    ASSERT_EQ(mine.device(), p.device());
    ASSERT_TRUE(mine.cpu().equal(top_tokens_reference(p.cpu(), c.bounds, c.room))) << seed;
  }
}

TEST(TopTokens, BadArguments) {
  EXPECT_THROW(top_tokens(at::rand({5}), ints({0, 5}), ints({1})), c10::Error);
  EXPECT_THROW(top_tokens(at::rand({5, 2}), ints({0, 5}), ints({1, 1})), c10::Error);
}

}  // namespace
}  // namespace flanmoe
