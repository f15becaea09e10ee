// The experts of every token: by hand, and the loops against the expressions.
#include "kernels/top_experts.h"

#include <gtest/gtest.h>

#include "routing_case.h"
#include "testing/device_case.h"

namespace flanmoe {
namespace {

using Ints = std::vector<int64_t>;

at::Tensor table(std::vector<double> values, int64_t num_experts) {
  return at::tensor(values, at::kDouble).view({-1, num_experts});
}

TEST(TopExperts, LargestFirstTiesToTheLowest) {
  const at::Tensor p = table({.1, .4, .4, .1, .25, .25, .25, .25}, 4);
  const TopExperts top = top_experts(p, 3, {});
  EXPECT_TRUE(top.experts.equal(ints({1, 2, 0, 0, 1, 2}).view({2, 3})));
  EXPECT_TRUE(top.asked.all().item<bool>());
}

TEST(TopExperts, TheSecondIsAskedForAboveItsLimit) {
  const at::Tensor p = table({.6, .2, .2, .6, .2, .2}, 3);  // the share of the second is 0.25
  const at::Tensor limits = at::tensor(std::vector<double>{.24, .25}, at::kDouble);
  const TopExperts top = top_experts(p, 2, {{}, limits});
  EXPECT_TRUE(top.asked.equal(at::tensor(std::vector<int64_t>{1, 1, 1, 0}, at::kLong).view({2, 2}).to(at::kBool)));
}

// Of .2 and .3 behind .5 the first takes draws below 0.4; nothing else to draw gives the last one.
TEST(TopExperts, TheSecondIsDrawnByItsShareOfTheRest) {
  const at::Tensor p = table({.2, .5, .3, .2, .5, .3, 0, 1, 0, 1, 0, 0}, 3);
  const at::Tensor draws = at::tensor(std::vector<double>{.39, .41, .7, .0}, at::kDouble);
  EXPECT_TRUE(top_experts(p, 2, {draws, {}}).experts.equal(ints({1, 0, 1, 2, 1, 2, 0, 2}).view({4, 2})));
}

class TopExpertsOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, TopExpertsOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(TopExpertsOn, EqualTheExpressions) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const RoutingCase c(seed);
    const at::Tensor p = GetParam().put(c.probabilities);
    const auto there = [&](const at::Tensor& x) { return x.to(p.device()); };
    for (const SecondChoice& second : {SecondChoice{}, SecondChoice{c.draws, {}}, SecondChoice{{}, c.limits}}) {
      const TopExperts oracle = top_experts_reference(p.cpu(), c.k, second);
      const SecondChoice moved{second.draws.defined() ? there(second.draws) : at::Tensor(),
                               second.limits.defined() ? there(second.limits) : at::Tensor()};
      const TopExperts mine = top_experts(p, c.k, moved);
      ASSERT_EQ(mine.experts.device(), p.device());
      ASSERT_TRUE(mine.experts.cpu().equal(oracle.experts)) << seed;
      ASSERT_TRUE(mine.asked.cpu().equal(oracle.asked)) << seed;
    }
  }
}

TEST(TopExperts, ReadsAnyLayoutAndLeavesGradientsAlone) {
  const at::Tensor p = at::softmax(random_normal({5, 7}, 1.0, 1), 0).requires_grad_(true);
  const TopExperts top = top_experts(p.t(), 3, {});
  EXPECT_FALSE(top.experts.requires_grad());
  EXPECT_TRUE(top.experts.equal(top_experts_reference(p.detach().t(), 3, {}).experts));
}

TEST(TopExperts, BadArguments) {
  const at::Tensor p = at::rand({4, 3});
  EXPECT_THROW(top_experts(p, 4, {}), c10::Error);
  EXPECT_THROW(top_experts(p, 0, {}), c10::Error);
  EXPECT_THROW(top_experts(p[0], 1, {}), c10::Error);
  EXPECT_THROW(top_experts(p, 2, {at::rand({4}), {}}), c10::Error);                // float32
  EXPECT_THROW(top_experts(p, 2, {{}, at::zeros({3}, at::kDouble)}), c10::Error);  // of three tokens
}

}  // namespace
}  // namespace flanmoe
