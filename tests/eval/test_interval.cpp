// 95% intervals: Wilson's, by hand and from published values; of passages, suites and correlations.
#include "eval/scoring/interval.h"

#include <gtest/gtest.h>

#include <cmath>

#include "eval/scoring/aggregate.h"

namespace flanmoe {
namespace {

TaskResult scored(const std::vector<double>& scores, const std::string& cluster_every = "") {
  std::vector<ItemResult> items;
  for (size_t i = 0; i < scores.size(); ++i) {
    ItemResult item;
    item.id = std::to_string(i);
    item.score = scores[i];
    if (!cluster_every.empty()) item.cluster_id = cluster_every + std::to_string(i / 2);
    items.push_back(item);
  }
  TaskResult task;
  task.metric = "accuracy";
  average_items(task, items);
  return task;
}

std::vector<double> rights(size_t right, size_t all) {
  std::vector<double> scores(all, 0.0);
  std::fill(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(right), 1.0);
  return scores;
}

// Of x right answers of n.
TEST(Interval, IsWilsons) {
  struct Case {
    size_t right, all;
    double low, high;
  };
  for (const Case& c :
       {Case{0, 2, 0.0, 65.76}, Case{2, 2, 34.24, 100.0}, Case{1, 2, 9.45, 90.55}, Case{0, 10, 0.0, 27.75},
        Case{8, 10, 49.02, 94.33}, Case{50, 100, 40.38, 59.62}, Case{1, 1, 20.65, 100.0}}) {
    const auto interval = interval_of(scored(rights(c.right, c.all)));
    ASSERT_TRUE(interval.has_value());
    EXPECT_NEAR(interval->low, c.low, 0.01) << c.right << " of " << c.all;
    EXPECT_NEAR(interval->high, c.high, 0.01) << c.right << " of " << c.all;
  }
}

TEST(Interval, StaysInsideTheScaleAndNearTheErrorsOfMany) {
  for (const size_t right : {0u, 1u, 300u, 999u, 1000u}) {
    const TaskResult task = scored(rights(right, 1000));
    const auto interval = interval_of(task);
    EXPECT_GE(interval->low, 0.0);
    EXPECT_LE(interval->high, 100.0);
    EXPECT_LE(interval->low, task.score + 1e-9);
    EXPECT_GE(interval->high, task.score - 1e-9);
    EXPECT_GT(interval->high - interval->low, 0.3);
  }
  const TaskResult many = scored(rights(3000, 10000));
  EXPECT_NEAR(interval_of(many)->low, many.score - half_interval(many.standard_error), 0.02);
}

// Two answers of each passage that are always alike are one draw, and a score of less spread has a narrower interval.
TEST(Interval, CountsPassagesAndTheSpreadOfScores) {
  std::vector<double> pairs;
  for (size_t i = 0; i < 20; ++i) pairs.push_back(i / 2 < 5 ? 1.0 : 0.0);
  const auto of_passages = interval_of(scored(pairs, "p")), of_ten = interval_of(scored(rights(5, 10)));
  EXPECT_NEAR(of_passages->low, of_ten->low, 0.5);
  EXPECT_NEAR(of_passages->high, of_ten->high, 0.5);
  std::vector<double> near_half;
  for (size_t i = 0; i < 20; ++i) near_half.push_back(i % 2 == 0 ? 0.4 : 0.6);
  const auto narrow = interval_of(scored(near_half)), wide = interval_of(scored(rights(10, 20)));
  EXPECT_LT(narrow->high - narrow->low, (wide->high - wide->low) / 3.0);
}

TEST(Interval, OfCorrelationsAndWhatIsUndefined) {
  TaskResult task = scored(rights(5, 10));
  task.metric = "pearson";
  task.score = 95.0;
  task.standard_error = 10.0;
  EXPECT_DOUBLE_EQ(interval_of(task)->high, 100.0);
  EXPECT_NEAR(interval_of(task)->low, 95.0 - 19.6, 0.01);
  task.score = -99.0;
  EXPECT_DOUBLE_EQ(interval_of(task)->low, -100.0);
  task.undefined = "all equal";
  EXPECT_FALSE(interval_of(task).has_value());
  EXPECT_FALSE(interval_of(TaskResult{}).has_value());
}

// Two tasks of one suite: each end by itself, half the root of the squares.
TEST(Interval, OfASuiteAddsThoseOfItsTasks) {
  TaskResult none = scored(rights(0, 10)), half = scored(rights(5, 10));
  none.suite = half.suite = "exam";
  none.task = "a";
  half.task = "b";
  half.chance = 50.0;
  const std::vector<SuiteResult> suites = score_suites({none, half});
  const auto of_none = *interval_of(none), of_half = *interval_of(half), both = interval_of(suites[0]);
  EXPECT_NEAR(both.high, 25.0 + std::hypot(of_none.high, of_half.high - 50.0) / 2.0, 1e-9);
  EXPECT_NEAR(both.low, 25.0 - (50.0 - of_half.low) / 2.0, 1e-9);
  const auto average = normalised_average_interval(suites, suites[0].normalised);
  EXPECT_NEAR(average.high, std::hypot(of_none.high, 2.0 * (of_half.high - 50.0)) / 2.0, 1e-9);
}

}  // namespace
}  // namespace flanmoe
