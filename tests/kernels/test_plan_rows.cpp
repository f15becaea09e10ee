// Which pairs find room: by hand, and the loops against the expressions.
#include "kernels/plan_rows.h"

#include <gtest/gtest.h>

#include "kernels/top_experts.h"
#include "routing_case.h"
#include "testing/device_case.h"

namespace flanmoe {
namespace {

using Ints = std::vector<int64_t>;

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

class PlanRowsOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, PlanRowsOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(PlanRowsOn, EqualTheExpressions) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const RoutingCase c(seed);
    const at::Tensor p = GetParam().put(c.probabilities);
    const auto there = [&](const at::Tensor& x) { return x.to(p.device()); };
    const TopExperts top = top_experts(p, c.k, {{}, there(c.limits)});
    for (const at::Tensor& priority : {at::Tensor(), at::amax(p, {1})}) {
      const PairsAsked pairs{top.experts, top.asked, priority};
      const RowPlan mine = plan_rows(pairs, there(c.bounds), there(c.room), c.num_experts);
      const PairsAsked on_cpu{top.experts.cpu(), top.asked.cpu(), priority.defined() ? priority.cpu() : priority};
      const RowPlan oracle = plan_rows_reference(on_cpu, c.bounds, c.room, c.num_experts);
      ASSERT_EQ(mine.tokens.device(), p.device());
      ASSERT_TRUE(mine.tokens.cpu().equal(oracle.tokens)) << seed;
      ASSERT_TRUE(mine.pairs.cpu().equal(oracle.pairs)) << seed;
      ASSERT_TRUE(mine.offsets.cpu().equal(oracle.offsets)) << seed;
      ASSERT_TRUE(mine.kept.cpu().equal(oracle.kept)) << seed;
    }
  }
}

TEST(PlanRows, BadArguments) {
  const at::Tensor experts = at::zeros({4, 2}, at::kLong), asked = at::ones({4, 2}, at::kBool);
  EXPECT_THROW(plan_rows({experts, asked.narrow(0, 0, 3), {}}, ints({0, 4}), ints({1}), 2), c10::Error);
  EXPECT_THROW(plan_rows({experts, asked.to(at::kLong), {}}, ints({0, 4}), ints({1}), 2), c10::Error);
  EXPECT_THROW(plan_rows({experts, asked, {}}, ints({0, 4}), ints({1, 1}), 2), c10::Error);
  EXPECT_THROW(plan_rows({experts, asked, {}}, ints({0, 4}).to(at::kInt), ints({1}), 2), c10::Error);
  EXPECT_THROW(plan_rows({experts, asked, at::ones({3})}, ints({0, 4}), ints({1}), 2), c10::Error);
  EXPECT_THROW(plan_rows({experts, asked, at::ones({4}, at::kLong)}, ints({0, 4}), ints({1}), 2), c10::Error);
}

}  // namespace
}  // namespace flanmoe
