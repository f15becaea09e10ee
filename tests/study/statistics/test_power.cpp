// Numbers of seeds that would decide: by hand, and in studies drawn with what they were told.
#include "study/statistics/power.h"

#include <gtest/gtest.h>

#include "study/statistics/synthetic_study.h"

namespace flanmoe {
namespace {

const NominalLevels kLevels{0.05, 0.05};

// Of one task: four seeds whose difference has this mean and spread.
Estimate seen(double mean, double sd) { return {4, mean, sd * sd / 4.0, 3.0, sd * sd / 4.0, 3.0}; }

int64_t needed(const std::vector<Estimate>& parts, double margin = 2.0) {
  return seeds_to_decide(parts, margin, kLevels).value_or(-1);
}

// Ten runs: t(9) is 2.262 at 97.5% and 0.883 at 80%, together 3.145, over the root of ten 0.9946; nine are too few.
TEST(SeedsToDecide, ByHand) {
  EXPECT_EQ(needed({seen(0.9948, 1.0)}, 0.1), 10);
  EXPECT_EQ(needed({seen(0.9946, 1.0)}, 0.1), 11);
  EXPECT_EQ(needed({seen(-0.9948, 1.0)}, 0.1), 10);
}

// In four of five studies or somewhat more; in more still between nothing and the margin, where two answers may come.
TEST(SeedsToDecide, DecideFourStudiesOfFive) {
  RandomStream random(3, "power");
  for (const double difference : {0.0, 2.0, 5.0}) {
    const auto num_seeds = seeds_to_decide({seen(difference, 3.0)}, 3.0, kLevels);
    ASSERT_TRUE(num_seeds);
    int num_decided = 0;
    constexpr int kStudies = 4000;
    for (int i = 0; i < kStudies; ++i) {
      Contrast contrast{"", {}, {0}};
      for (int64_t s = 0; s < *num_seeds; ++s) contrast.differences.push_back({difference + 3.0 * draw_normal(random)});
      const Estimate estimate = estimate_of(contrast, *num_seeds);
      const bool is_decided = difference > 3.0 ? difference_p(estimate) < 0.05 : equality_p(estimate, 3.0) < 0.05;
      num_decided += is_decided || difference_p(estimate) < 0.05 ? 1 : 0;
    }
    EXPECT_GT(num_decided, 0.78 * kStudies) << difference << " with " << *num_seeds;
    EXPECT_LT(num_decided, (difference == 2.0 ? 1.0 : 0.93) * kStudies) << difference << " with " << *num_seeds;
  }
}

TEST(SeedsToDecide, AreMoreForASmallerLevelALargerSpreadAndSeveralParts) {
  const int64_t plain = needed({seen(2.0, 3.0)}, 0.1);
  EXPECT_GT(needed({seen(2.0, 4.0)}, 0.1), plain);
  EXPECT_GT(*seeds_to_decide({seen(2.0, 3.0)}, 0.1, {0.01, 0.01}), plain);
  EXPECT_GT(needed({seen(2.0, 3.0), seen(1.0, 3.0)}, 0.1), plain);  // yes needs both
  EXPECT_EQ(needed({seen(2.0, 3.0), seen(9.0, 3.0)}, 0.1), plain);
  EXPECT_GT(needed({seen(-2.0, 3.0), seen(9.0, 3.0)}, 0.1), plain);  // no needs one, at half the level
  EXPECT_LT(needed({seen(-2.0, 3.0), seen(9.0, 3.0)}, 0.1), 2 * plain);
}

// Tasks widen every interval, however many seeds there are; nothing is known of the spread of one seed.
TEST(SeedsToDecide, MayNotBeAny) {
  Estimate of_tasks = seen(1.0, 3.0);
  of_tasks.variance += 1.0;
  EXPECT_EQ(needed({of_tasks}, 2.0), -1);
  EXPECT_EQ(needed({seen(0.0, 3.0)}, 0.01), -1);
  EXPECT_EQ(needed({seen(2.0, 3.0), seen(0.0, 3.0)}, 0.01), -1);
  const Estimate one = estimate_of({"", {{7.0}}, {0}}, 1);
  EXPECT_EQ(needed({one}), -1);
}

}  // namespace
}  // namespace flanmoe
