// The tokens of every expert: by hand, and the loops against the expressions.
#include "kernels/top_tokens.h"

#include <gtest/gtest.h>

#include "routing_case.h"

namespace flanmoe {
namespace {

at::Tensor ints(std::vector<int64_t> values) { return at::tensor(values, at::kLong); }

TEST(TopTokens, ByGroupThenByProbabilityTiesToTheLowest) {
  // tokens 0 to 2, then 3 and 4
  const at::Tensor p =
      at::tensor(std::vector<double>{.1, .9, .3, .7, .3, .7, .8, .2, .9, .1}, at::kDouble).view({5, 2});
  EXPECT_TRUE(top_tokens(p, ints({0, 3, 5}), ints({2, 1})).equal(ints({1, 2, 4, 0, 1, 3}).view({2, 3})));
  EXPECT_TRUE(top_tokens(p, ints({0, 3, 5}), ints({0, 2})).equal(ints({4, 3, 3, 4}).view({2, 2})));
}

TEST(TopTokens, LoopsAndExpressionsAgree) {
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const RoutingCase c(seed);
    for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
      const at::Tensor p = c.probabilities.to(dtype);
      ASSERT_TRUE(top_tokens(p, c.bounds, c.room).equal(top_tokens_reference(p, c.bounds, c.room))) << seed;
    }
  }
}

TEST(TopTokens, BadArguments) {
  EXPECT_THROW(top_tokens(at::rand({5}), ints({0, 5}), ints({1})), c10::Error);
  EXPECT_THROW(top_tokens(at::rand({5, 2}), ints({0, 5}), ints({1, 1})), c10::Error);
}

}  // namespace
}  // namespace flanmoe
