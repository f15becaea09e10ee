// Isotonic fits against their formula, zeros worked out by hand, and what the interval says.
#include "study/statistics/crossing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "base/random.h"

namespace flanmoe {
namespace {

using Values = std::vector<double>;
const std::vector<int64_t> kSteps = {0, 10, 20, 40};

// fit[i] = max over a <= i of the min over b >= i of the mean of values[a..b].
Values fit_by_formula(const Values& values) {
  Values fit;
  for (size_t i = 0; i < values.size(); ++i) {
    double most = -std::numeric_limits<double>::infinity();
    for (size_t a = 0; a <= i; ++a) {
      double least = std::numeric_limits<double>::infinity(), sum = 0.0;
      for (size_t b = a; b < values.size(); ++b) {
        sum += values[b];
        if (b >= i) least = std::min(least, sum / static_cast<double>(b - a + 1));
      }
      most = std::max(most, least);
    }
    fit.push_back(most);
  }
  return fit;
}

TEST(IsotonicFit, PoolsWhatFalls) {
  EXPECT_EQ(isotonic_fit({1, 3, 2, 4}), (Values{1, 2.5, 2.5, 4}));
  EXPECT_EQ(isotonic_fit({3, 2, 1}), (Values{2, 2, 2}));
  EXPECT_EQ(isotonic_fit({-1, 0, 5}), (Values{-1, 0, 5}));
  RandomStream random(1, "values");
  for (int trial = 0; trial < 50; ++trial) {
    Values values;
    for (int i = 0; i < 9; ++i) values.push_back(0.5 * i + 6.0 * random.uniform());
    const Values fit = isotonic_fit(values), expected = fit_by_formula(values);
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(fit[i], expected[i], 1e-12) << trial << " " << i;
  }
}

TEST(ZeroOf, LiesOnTheLineBetweenTwoSteps) {
  EXPECT_EQ(zero_of(kSteps, {-3, -1, 1, 2}), 15.0);
  EXPECT_EQ(zero_of(kSteps, {-3, -3, -1, 3}), 25.0);
  EXPECT_EQ(zero_of(kSteps, {-3, 0, 0, 2}), 10.0);  // no longer below from there on
  for (const Values& fit : {Values{0, 1, 2, 3}, Values{1, 1, 1, 1}, Values{-2, -1, -1, 0}, Values{0, 0, 0, 0}})
    EXPECT_EQ(zero_of(kSteps, fit), std::nullopt);
  EXPECT_THROW(zero_of(kSteps, {-1, 1}), std::logic_error);
}

TEST(CrossingOf, IsOfTheMeanWithAnIntervalOverSeeds) {
  // Zeros of the seeds alone: 5, 15 and 30.
  const std::vector<Values> seeds = {{-1, 1, 2, 3}, {-2, -1, 1, 3}, {-3, -2, -1, 1}};
  const Crossing crossing = crossing_of(kSteps, seeds, "x");
  ASSERT_EQ(crossing.mean.size(), 4u);
  EXPECT_NEAR(crossing.mean[1], -2.0 / 3.0, 1e-12);
  EXPECT_NEAR(crossing.step.value(), 15.0, 1e-9);  // between -2/3 and 2/3
  EXPECT_NEAR(crossing.low.value(), 5.0, 1e-9);    // 1 of 27 resamples is of the first seed alone
  EXPECT_NEAR(crossing.high.value(), 30.0, 1e-9);
  const Crossing again = crossing_of(kSteps, seeds, "x");
  EXPECT_EQ(again.low, crossing.low);
  EXPECT_EQ(again.high, crossing.high);
}

TEST(CrossingOf, HasNoEndWhereResamplesHaveNone) {
  const Crossing late = crossing_of(kSteps, {{-1, 1, 2, 3}, {-3, -3, -3, -2}, {-1, 1, 2, 5}}, "x");
  EXPECT_TRUE(late.step.has_value());
  EXPECT_TRUE(late.low.has_value());
  EXPECT_FALSE(late.high.has_value());  // the second seed alone never gets there
  const Crossing early = crossing_of(kSteps, {{3, 4, 5, 6}, {-5, -4, 1, 2}, {-4, -4, 0, 2}}, "x");
  EXPECT_TRUE(early.step.has_value());
  EXPECT_FALSE(early.low.has_value());  // the first seed is ahead from the beginning
  EXPECT_TRUE(early.high.has_value());
}

TEST(CrossingOf, OneSeedHasNoInterval) {
  const Crossing one = crossing_of(kSteps, {{-1, 1, 2, 3}}, "x");
  EXPECT_EQ(one.step, 5.0);
  EXPECT_FALSE(one.low.has_value() || one.high.has_value());
  const Crossing never = crossing_of(kSteps, {{-1, -1, -2, -3}, {-1, -1, -1, -1}}, "x");
  EXPECT_FALSE(never.step.has_value() || never.low.has_value() || never.high.has_value());
}

}  // namespace
}  // namespace flanmoe
