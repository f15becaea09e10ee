// Intervals and verdicts by hand.
#include "study/interval.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flanmoe {
namespace {

TEST(StudentT, GivesTheTable) {
  for (const auto& [degrees, value] : std::vector<std::pair<int64_t, double>>{{1, 12.7062},
                                                                              {2, 4.3027},
                                                                              {3, 3.1824},
                                                                              {4, 2.7764},
                                                                              {9, 2.2622},
                                                                              {10, 2.2281},
                                                                              {20, 2.0860},
                                                                              {29, 2.0452},
                                                                              {30, 2.0423}}) {
    EXPECT_NEAR(student_t975(degrees), value, 1e-4) << degrees;
  }
  for (const auto& [degrees, value] : std::vector<std::pair<int64_t, double>>{
           {31, 2.0395}, {40, 2.0211}, {60, 2.0003}, {120, 1.9799}, {1000, 1.9623}, {1000000, 1.95997}}) {
    EXPECT_NEAR(student_t975(degrees), value, 3e-4) << degrees;
  }
  for (int64_t degrees = 1; degrees < 100; ++degrees)
    EXPECT_GT(student_t975(degrees), student_t975(degrees + 1)) << degrees;
}

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
}

TEST(ItemInterval, IsTwoStandardErrors) {
  const Interval interval = item_interval(10.0, 2.0);
  EXPECT_EQ(interval.mean, 10.0);
  EXPECT_NEAR(interval.low, 10.0 - 3.92, 1e-3);
  EXPECT_NEAR(interval.high, 10.0 + 3.92, 1e-3);
  EXPECT_NE(interval.basis.find("one seed"), std::string::npos) << interval.basis;
}

TEST(Verdict, NeedsAnIntervalWithoutZero) {
  EXPECT_EQ(verdict_of({1.0, 0.5, 1.5, ""}), Verdict::kYes);
  EXPECT_EQ(verdict_of({-1.0, -1.5, -0.5, ""}), Verdict::kNo);
  EXPECT_EQ(verdict_of({1.0, -0.5, 2.5, ""}), Verdict::kTooNoisy);
  EXPECT_EQ(verdict_of({1.0, 0.0, 2.0, ""}), Verdict::kTooNoisy);
  EXPECT_EQ(verdict_of({-1.0, -2.0, 0.0, ""}), Verdict::kTooNoisy);
  EXPECT_EQ(verdict_of(seed_interval({1.0, 2.0, 3.0}, true)), Verdict::kTooNoisy);
  EXPECT_EQ(verdict_of(seed_interval({2.0, 2.1, 2.2}, true)), Verdict::kYes);
}

}  // namespace
}  // namespace flanmoe
