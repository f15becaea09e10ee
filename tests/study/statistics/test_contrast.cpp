// Estimates and intervals of a contrast, by hand.
#include "study/statistics/contrast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "study/statistics/student_t.h"

namespace flanmoe {
namespace {

std::string message_of(const Contrast& contrast, int64_t num_seeds) {
  try {
    estimate_of(contrast, num_seeds);
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

TEST(Contrast, OfOneTaskIsTheIntervalOverSeeds) {
  const Contrast loss{"loss", {{1.0}, {2.0}, {3.0}}, {0}};
  const Estimate estimate = estimate_of(loss, 3);
  EXPECT_DOUBLE_EQ(estimate.mean, 2.0);
  EXPECT_DOUBLE_EQ(estimate.seed_variance, 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(estimate.variance, 1.0 / 3.0);
  EXPECT_DOUBLE_EQ(estimate.degrees, 2.0);
  EXPECT_NEAR(half_width(estimate, 0.05), 2.48416, 1e-4);  // 4.3027 / sqrt(3)
  EXPECT_NEAR(difference_p(estimate), 2.0 * student_t_cdf(-2.0 * std::sqrt(3.0), 2.0), 1e-15);
  EXPECT_DOUBLE_EQ(estimate_of(loss, 2).mean, 1.5);  // the first two alone
}

// One suite of three tasks, two seeds. Means of seeds 2 and 4, of tasks 1, 3, 5; what is left: +-1, -+1, 0.
TEST(Contrast, OfTasksByHand) {
  const Contrast contrast{"", {{1.0, 1.0, 4.0}, {1.0, 5.0, 6.0}}, {7, 7, 7}};
  const Estimate estimate = estimate_of(contrast, 2);
  EXPECT_DOUBLE_EQ(estimate.mean, 3.0);
  EXPECT_DOUBLE_EQ(estimate.seed_variance, 1.0);  // variance 2 of 2 and 4, over 2 seeds
  // Between tasks 4, over 3 tasks; the rest 4 / ((3 - 1)(2 - 1)) = 2, over 3 tasks and 2 seeds.
  EXPECT_NEAR(estimate.variance, 1.0 + 4.0 / 3.0 - 1.0 / 3.0, 1e-12);
  // 2^2 / (1^2 / 1 + (4/3)^2 / 2 + (1/3)^2 / 2) = 4 / (35 / 18)
  EXPECT_NEAR(estimate.degrees, 72.0 / 35.0, 1e-12);
  const double seeds = student_t_quantile(0.975, 1.0), tasks = student_t_quantile(0.975, 72.0 / 35.0) * std::sqrt(2.0);
  EXPECT_GT(seeds, tasks);
  EXPECT_NEAR(half_width(estimate, 0.05), seeds, 1e-9);  // never narrower than what the seeds alone say
  EXPECT_NEAR(half_width(estimate, 0.5), student_t_quantile(0.75, 72.0 / 35.0) * std::sqrt(2.0), 1e-9);
}

// Suites weigh alike, whatever their sizes; a suite of one task has no tasks to compare.
TEST(Contrast, WeighsSuitesAlike) {
  const Contrast contrast{"", {{0.0, 6.0, 0.0, 0.0}, {2.0, 6.0, 2.0, 2.0}, {4.0, 6.0, 4.0, 4.0}}, {0, 1, 0, 0}};
  const Estimate estimate = estimate_of(contrast, 3);
  EXPECT_DOUBLE_EQ(estimate.mean, 4.0);                         // of 2 and 6
  EXPECT_NEAR(estimate.seed_variance, 1.0 / 3.0, 1e-12);        // of 3, 4, 5
  EXPECT_DOUBLE_EQ(estimate.variance, estimate.seed_variance);  // the tasks of suite 0 agree
}

TEST(Contrast, NegativePartsAddNothing) {
  // Every task has mean 0, so that the rest explains more than all that tasks differ by.
  const Contrast contrast{"", {{3.0, -3.0, 1.0}, {-3.0, 3.0, -1.0}}, {0, 0, 0}};
  const Estimate estimate = estimate_of(contrast, 2);
  EXPECT_DOUBLE_EQ(estimate.variance, estimate.seed_variance);
  EXPECT_DOUBLE_EQ(estimate.degrees, 1.0);
}

// Satterthwaite's degrees of a difference of nearly equal parts would be near none.
TEST(Contrast, DegreesHaveAFloor) {
  const Contrast contrast{"", {{5.0, -5.0}, {-2.3, 2.5}, {0.1, 0.0}, {3.0, -3.1}, {7.0, -6.9}}, {0, 0}};
  const Estimate estimate = estimate_of(contrast, 5);
  EXPECT_GT(estimate.variance, estimate.seed_variance);
  EXPECT_DOUBLE_EQ(estimate.degrees, 1.0);
}

TEST(Contrast, TestsAgreeWithIntervals) {
  const Contrast contrast{"", {{1.0, 2.0, 4.0}, {3.0, 5.5, 6.0}, {0.0, 3.0, 1.0}, {2.0, 3.5, 0.5}}, {0, 0, 1}};
  const Estimate estimate = estimate_of(contrast, 4);
  EXPECT_NEAR(half_width(estimate, difference_p(estimate)), estimate.mean, 1e-6);
  for (const double margin : {3.0, 4.0, 9.0}) {
    const double room = margin - estimate.mean;
    ASSERT_GT(room, 0.0);
    EXPECT_NEAR(half_width(estimate, 2.0 * equality_p(estimate, margin)), room, 1e-6) << margin;
  }
  EXPECT_GT(equality_p(estimate, 1.0), 0.5);  // the mean itself is outside
  EXPECT_NEAR(equality_p(estimate, estimate.mean), 0.5, 1e-9);
}

TEST(Contrast, OneSeedSaysNothing) {
  const Estimate estimate = estimate_of({"", {{50.0, 60.0}}, {0, 0}}, 1);
  EXPECT_DOUBLE_EQ(estimate.mean, 55.0);
  EXPECT_EQ(half_width(estimate, 0.05), std::numeric_limits<double>::infinity());
  EXPECT_EQ(difference_p(estimate), 1.0);
  EXPECT_EQ(equality_p(estimate, 100.0), 0.5);
}

// Values that all tie, rounding apart, do not tell their spread, with tasks that differ either; items may.
TEST(Contrast, IdenticalRunsSayNothing) {
  const double third = 0.1 + 0.2;  // 0.30000000000000004
  for (const Contrast& same : {Contrast{"", {{0.0}, {0.0}, {0.0}}, {0}}, Contrast{"", {{0.3}, {third}, {0.3}}, {0}},
                               Contrast{"", {{1.0, 2.0}, {2.0, 1.0}, {1.5, 1.5}}, {0, 0}}}) {
    const Estimate estimate = estimate_of(same, 3);
    EXPECT_EQ(half_width(estimate, 0.05), std::numeric_limits<double>::infinity());
    EXPECT_EQ(difference_p(estimate), 1.0);
    EXPECT_EQ(equality_p(estimate, 100.0), 0.5);
  }
  const Estimate of_items = estimate_of({"", {{0.5}, {0.5}, {0.5}}, {0}, {0.3, 0.3, 0.3}}, 3);
  EXPECT_NEAR(of_items.seed_variance, 0.1, 1e-12);
  const Estimate nearly = estimate_of({"", {{0.5}, {0.500001}, {0.5}}, {0}}, 3);
  EXPECT_LT(half_width(nearly, 0.05), 1e-5);
}

TEST(Contrast, RefusesBadInput) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(message_of({"Switch", {{1.0, 2.0}, {1.0}}, {0, 0}}, 2), "Switch: run 2 has 1 tasks, expected 2");
  EXPECT_EQ(message_of({"Switch", {{1.0, 2.0}, {1.0, nan}}, {0, 1}}, 2),
            "Switch: the difference of run 2, task 2 is nan, expected a number");
  EXPECT_EQ(message_of({"Switch", {{1.0, 2.0}, {1.0, nan}}, {0, 1}}, 1), "");
  EXPECT_EQ(message_of({"Switch", {{1.0}}, {0}}, 2), "Switch: 2 seeds are asked for and it has 1");
  EXPECT_EQ(message_of({"Switch", {{}}, {}}, 1), "Switch: it has no tasks");
}

}  // namespace
}  // namespace flanmoe
