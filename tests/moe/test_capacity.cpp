// The room of an expert: the edges.
#include "moe/capacity.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace flanmoe {
namespace {

TEST(ExpertCapacity, PublishedExamples) {
  EXPECT_EQ(expert_capacity(CapacityFactor{1.25, 4}, 4096, 64), 80);
  EXPECT_EQ(expert_capacity(CapacityFactor{1.25, 4}, 1000, 48), 26);  // 26.04
}

TEST(ExpertCapacity, RoundsHalfToEven) {
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 1}, 10, 4), 2);  // 2.5
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 1}, 14, 4), 4);  // 3.5
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 1}, 18, 4), 4);  // 4.5
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 1}, 3, 2), 2);   // 1.5
  EXPECT_EQ(expert_capacity(CapacityFactor{0.5, 0}, 1, 1), 0);   // 0.5
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 1}, 11, 4), 3);  // 2.75
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 1}, 9, 4), 2);   // 2.25
}

TEST(ExpertCapacity, StaysBetweenTheLeastAndTheGroup) {
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 4}, 8, 64), 4);
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 4}, 3, 64), 3);  // no more than the group has
  EXPECT_EQ(expert_capacity(CapacityFactor{9.0, 4}, 10, 2), 10);
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 4}, 1, 1), 1);
  EXPECT_EQ(expert_capacity(CapacityFactor{1.0, 4}, 0, 3), 0);
}

TEST(ExpertCapacity, WithoutLimitIsTheGroup) {
  EXPECT_EQ(expert_capacity(NoLimit{}, 100, 5), 100);
  EXPECT_EQ(expert_capacity(NoLimit{}, 1, 5), 1);
}

TEST(ExpertCapacity, FixedIsWhateverTheGroup) {
  EXPECT_EQ(expert_capacity(FixedCapacity{64}, 100, 5), 64);
  EXPECT_EQ(expert_capacity(FixedCapacity{64}, 3, 5), 64);
}

// Every size, as loops and as a tensor expression.
TEST(ExpertCapacities, AreThoseOfEachGroup) {
  std::vector<int64_t> bounds{0};
  for (int64_t size = 1; size <= 200; ++size) bounds.push_back(bounds.back() + size);
  const GroupBounds groups(bounds, at::kCPU);
  for (const CapacityRule& rule :
       {CapacityRule(NoLimit{}), CapacityRule(FixedCapacity{7}), CapacityRule(CapacityFactor{1.25, 4}),
        CapacityRule(CapacityFactor{1.0, 1}), CapacityRule(CapacityFactor{0.3, 2})}) {
    for (const int64_t num_experts : {1, 2, 4, 7, 64}) {
      const at::Tensor all = expert_capacities(rule, groups, num_experts);
      for (int64_t size = 1; size <= 200; ++size) {
        ASSERT_EQ(all[size - 1].item<int64_t>(), expert_capacity(rule, size, num_experts)) << size;
      }
      EXPECT_TRUE(expert_capacities_reference(rule, groups.tensor.diff(), num_experts).equal(all));
    }
  }
}

TEST(CapacityRuleOf, TheOptions) {
  MoeOptions options;
  options.capacity_factor_train = 1.5;
  options.capacity_factor_eval = 0.75;
  options.min_capacity = 3;
  EXPECT_EQ(std::get<CapacityFactor>(capacity_rule(options, true)).factor, 1.5);
  EXPECT_EQ(std::get<CapacityFactor>(capacity_rule(options, false)).factor, 0.75);
  EXPECT_EQ(std::get<CapacityFactor>(capacity_rule(options, false)).least, 3);
  options.capacity_factor_eval = 0.0;  // as files write it
  EXPECT_TRUE(std::holds_alternative<NoLimit>(capacity_rule(options, false)));
  options.expert_capacity = 7;  // Hugging Face's rule is above the factors
  for (const bool training : {true, false})
    EXPECT_EQ(std::get<FixedCapacity>(capacity_rule(options, training)).positions, 7);
}

}  // namespace
}  // namespace flanmoe
