// Which pairs find room: by hand, and the loops against the expressions.
#include "kernels/plan_rows.h"

#include <gtest/gtest.h>

#include "kernels/top_experts.h"
#include "routing_case.h"

namespace flanmoe {
namespace {

using Ints = std::vector<int64_t>;

at::Tensor ints(Ints values) { return at::tensor(values, at::kLong); }
Ints numbers(const at::Tensor& t) {
  const at::Tensor flat = t.to(at::kLong).contiguous().view({-1});
  return {flat.const_data_ptr<int64_t>(), flat.const_data_ptr<int64_t>() + flat.numel()};
}

// Tokens 0 to 3 want experts 0 1, 0 1, 0 1, 1 0; each has room for two.
TEST(PlanRows, FirstChoicesBeforeSecondOnes) {
  const PairsAsked pairs{ints({0, 1, 0, 1, 0, 1, 1, 0}).view({4, 2}), at::ones({4, 2}, at::kBool), {}};
  const RowPlan plan = plan_rows(pairs, ints({0, 4}), ints({2}), 3);
  EXPECT_EQ(numbers(plan.kept), (Ints{1, 1, 1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(numbers(plan.offsets), (Ints{0, 2, 4, 4}));
  EXPECT_EQ(numbers(plan.tokens), (Ints{0, 1, 3, 0}));
  EXPECT_EQ(numbers(plan.pairs), (Ints{0, 2, 6, 1}));
}

TEST(PlanRows, ByPriorityAndByGroup) {
  const PairsAsked pairs{ints({0, 0, 0, 0, 0}).view({5, 1}), at::ones({5, 1}, at::kBool),
                         at::tensor(std::vector<double>{.5, .9, .5, .1, .2}, at::kDouble)};
  EXPECT_EQ(numbers(plan_rows(pairs, ints({0, 3, 5}), ints({2, 1}), 1).tokens), (Ints{1, 0, 4}));
}

TEST(PlanRows, PairsNotAskedForTakeNoRoom) {
  PairsAsked pairs{ints({0, 1, 1, 0}).view({2, 2}), at::ones({2, 2}, at::kBool), {}};
  pairs.asked[0][1].fill_(false);
  EXPECT_EQ(numbers(plan_rows(pairs, ints({0, 2}), ints({1}), 2).kept), (Ints{1, 0, 1, 0}));
}

TEST(PlanRows, LoopsAndExpressionsAgree) {
  for (uint64_t seed = 0; seed < 400; ++seed) {
    const RoutingCase c(seed);
    const TopExperts top = top_experts(c.probabilities, c.k, {{}, c.limits});
    for (const at::Tensor& priority : {at::Tensor(), at::amax(c.probabilities, {1})}) {
      const PairsAsked pairs{top.experts, top.asked, priority};
      const RowPlan mine = plan_rows(pairs, c.bounds, c.room, c.num_experts),
                    oracle = plan_rows_reference(pairs, c.bounds, c.room, c.num_experts);
      ASSERT_TRUE(mine.tokens.equal(oracle.tokens)) << seed;
      ASSERT_TRUE(mine.pairs.equal(oracle.pairs)) << seed;
      ASSERT_TRUE(mine.offsets.equal(oracle.offsets)) << seed;
      ASSERT_TRUE(mine.kept.equal(oracle.kept)) << seed;
    }
  }
}

TEST(PlanRows, BadArguments) {
  const at::Tensor experts = at::zeros({4, 2}, at::kLong), asked = at::ones({4, 2}, at::kBool);
  EXPECT_THROW(plan_rows({experts, asked.narrow(0, 0, 3), {}}, ints({0, 4}), ints({1}), 2), c10::Error);
  EXPECT_THROW(plan_rows({experts, asked.to(at::kLong), {}}, ints({0, 4}), ints({1}), 2), c10::Error);
  EXPECT_THROW(plan_rows({experts, asked, {}}, ints({0, 4}), ints({1, 1}), 2), c10::Error);
}

}  // namespace
}  // namespace flanmoe
