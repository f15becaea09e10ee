// Intervals over items, by hand.
#include "study/item_interval.h"

#include <gtest/gtest.h>

#include <cmath>

#include "eval/scoring/interval.h"

namespace flanmoe {
namespace {

TaskResult task(double score, double standard_error, int64_t num_items) {
  TaskResult result{"a", "exam", ""};
  result.num_items = result.num_clusters = num_items;
  result.score = score;
  result.standard_error = standard_error;
  return result;
}

TEST(ItemInterval, HalfOfItIsTheFloorOfTheStandardError) {
  Score wide{50.0, 1.0}, narrow{50.0, 9.0};
  set_item_interval(wide, 10.0, 20.0);
  EXPECT_EQ(wide.below, 10.0);
  EXPECT_EQ(wide.above, 20.0);
  EXPECT_NEAR(wide.standard_error, 15.0 / 1.959964, 1e-5);
  set_item_interval(narrow, 10.0, 20.0);
  EXPECT_EQ(narrow.standard_error, 9.0);
}

TEST(ItemInterval, ItemsThatAllAgreeStillHaveAnError) {
  const TaskResult wrong = task(0.0, 0.0, 2);
  SumInterval sum;
  sum.add(wrong, 1.0);
  Score score{0.0, 0.0};
  sum.set(score);
  EXPECT_NEAR(score.below, 0.0, 1e-9);
  EXPECT_NEAR(score.above, 65.76, 0.01);  // Wilson's of 0 of 2
  EXPECT_NEAR(score.standard_error, 65.76 / 2.0 / 1.959964, 0.01);
}

TEST(ItemInterval, EndsOfASumAddAsErrorsDo) {
  const TaskResult a = task(60.0, 8.0, 30), b = task(20.0, 6.0, 30);
  TaskResult undefined = task(0.0, 0.0, 0);
  undefined.undefined = "all refused";
  SumInterval sum;
  sum.add(a, 0.5);
  sum.add(b, 2.0);
  sum.add(undefined, 1.0);
  Score score;
  sum.set(score);
  const ScoreInterval of_a = interval_of(a).value(), of_b = interval_of(b).value();
  EXPECT_NEAR(score.below, std::hypot(0.5 * (60.0 - of_a.low), 2.0 * (20.0 - of_b.low)), 1e-9);
  EXPECT_NEAR(score.above, std::hypot(0.5 * (of_a.high - 60.0), 2.0 * (of_b.high - 20.0)), 1e-9);
}

TEST(ItemInterval, NormalisedScaleIsOfWhatIsAboveChance) {
  TaskResult quarter = task(40.0, 6.0, 30);
  quarter.chance = 25.0;
  EXPECT_NEAR(normalised_scale(quarter) * (40.0 - 25.0), quarter.normalised(), 1e-12);
}

}  // namespace
}  // namespace flanmoe
