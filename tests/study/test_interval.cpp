// Intervals by hand.
#include "study/interval.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flanmoe {
namespace {

TEST(SeedInterval, ByHand) {
  const Interval three = seed_interval({1.0, 2.0, 3.0}, false);  // deviation 1: 4.3027 / sqrt(3) either side
  EXPECT_NEAR(three.mean, 2.0, 1e-12);
  EXPECT_NEAR(three.low, 2.0 - 2.48416, 1e-4);
  EXPECT_NEAR(three.high, 2.0 + 2.48416, 1e-4);
  EXPECT_NE(three.basis.find("3 seeds"), std::string::npos) << three.basis;
  EXPECT_EQ(three.basis.find("paired"), std::string::npos) << three.basis;
  const Interval two = seed_interval({1.0, 3.0}, true);  // deviation sqrt(2): 12.7062 either side
  EXPECT_NEAR(two.low, 2.0 - 12.7062, 1e-3);
  EXPECT_NEAR(two.high, 2.0 + 12.7062, 1e-3);
  EXPECT_NE(two.basis.find("paired"), std::string::npos) << two.basis;
  const Interval same = seed_interval({0.5, 0.5, 0.5}, true);
  EXPECT_EQ(same.low, 0.5);
  EXPECT_EQ(same.high, 0.5);
  EXPECT_EQ(same.basis, "the same in all 3 seeds: no interval");
}

TEST(ItemInterval, EndsAtItsDistances) {
  const Interval interval = item_interval(10.0, 2.0, 5.0);
  EXPECT_EQ(interval.mean, 10.0);
  EXPECT_EQ(interval.low, 8.0);
  EXPECT_EQ(interval.high, 15.0);
  EXPECT_NE(interval.basis.find("one seed"), std::string::npos) << interval.basis;
}

}  // namespace
}  // namespace flanmoe
