// How much of a token's class its expert tells.
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/routing.h"

namespace flanmoe {
namespace {

LayerRouting layer_of(const std::vector<std::vector<int64_t>>& kept) {
  LayerRouting layer;
  layer.statistics.num_experts = static_cast<int64_t>(kept[0].size());
  for (size_t c = 0; c < 4; ++c)
    layer.classes[c].kept = c < kept.size() ? kept[c] : std::vector<int64_t>(kept[0].size(), 0);
  return layer;
}

TEST(ClassSpecialisation, IsZeroWhenExpertsDoNotKnowTheClass) {
  // the same mixture 1 : 2 : 4 of experts in classes of 7, 21, 35 and 0 tokens
  EXPECT_NEAR(layer_of({{1, 2, 4}, {3, 6, 12}, {5, 10, 20}}).class_specialisation(), 0.0, 1e-12);
  EXPECT_NEAR(layer_of({{7}, {2}, {4}, {1}}).class_specialisation(), 0.0, 1e-12);  // one expert tells nothing
}

TEST(ClassSpecialisation, IsOneWhenTheExpertGivesTheClass) {
  EXPECT_NEAR(layer_of({{9, 0, 0, 0}, {0, 2, 0, 0}, {0, 0, 5, 0}, {0, 0, 0, 31}}).class_specialisation(), 1.0, 1e-12);
  // a class may have several experts of its own, and an expert may be idle
  EXPECT_NEAR(layer_of({{3, 4, 0, 0, 0, 0}, {0, 0, 2, 0, 0, 0}, {0, 0, 0, 5, 1, 0}}).class_specialisation(), 1.0,
              1e-12);
}

TEST(ClassSpecialisation, ByHand) {
  // Classes are even (entropy log 2); given the expert they are 3 : 1. log 2 - (3/4 log 4/3 + 1/4 log 4), over log 2.
  const double rest = 0.75 * std::log(4.0 / 3.0) + 0.25 * std::log(4.0);
  EXPECT_NEAR(layer_of({{3, 1}, {1, 3}}).class_specialisation(), 1.0 - rest / std::log(2.0), 1e-12);
}

TEST(ClassSpecialisation, IsZeroWithoutTokensOrWithOneClass) {
  EXPECT_EQ(layer_of({{0, 0, 0}}).class_specialisation(), 0.0);
  EXPECT_EQ(layer_of({{4, 0, 9}}).class_specialisation(), 0.0);
}

}  // namespace
}  // namespace flanmoe
