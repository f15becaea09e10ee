// Scores, standard errors and the normalised average by hand (docs/definitions.md).
#include "eval/scoring/aggregate.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flanmoe {
namespace {

ItemResult item(const std::string& id, double score, const std::string& cluster = "",
                const std::string& prediction = "x") {
  ItemResult result;
  result.id = id;
  result.cluster_id = cluster;
  result.prediction = prediction;
  result.score = score;
  return result;
}

TEST(ScoreTask, IndependentItems) {
  TaskResult task;
  std::vector<ItemResult> items = {item("1", 1.0), item("2", 0.0, "", ""), item("3", 1.0), item("4", 1.0)};
  items[2].truncated = true;
  average_items(task, items);
  EXPECT_EQ(task.num_items, 4);
  EXPECT_EQ(task.num_truncated, 1);
  EXPECT_EQ(task.num_unanswered, 1);
  EXPECT_DOUBLE_EQ(task.score, 75.0);
  EXPECT_NEAR(task.standard_error, 100.0 * std::sqrt(0.75 * 0.25 / 3.0), 1e-10);  // sqrt(p (1 - p) / (n - 1))
}

TEST(ScoreTask, ItemsOfAPassageAreOneDraw) {
  TaskResult task;
  // Mean 0.75. Deviations by cluster: p 0.25 - 0.75, q 0.25, alone 0.25; 3 / 2 * (0.25 + 2 / 16) = 0.5625; sqrt 0.75;
  // / 4.
  average_items(task, {item("1", 1.0, "p"), item("2", 0.0, "p"), item("3", 1.0, "q"), item("4", 1.0)});
  EXPECT_NEAR(task.standard_error, 18.75, 1e-10);
  // Two passages of two equal answers each are two draws, not four.
  TaskResult pairs, two;
  average_items(pairs, {item("1", 1.0, "p"), item("2", 1.0, "p"), item("3", 0.0, "q"), item("4", 0.0, "q")});
  average_items(two, {item("1", 1.0), item("3", 0.0)});
  EXPECT_NEAR(pairs.standard_error, two.standard_error, 1e-10);
  EXPECT_NEAR(two.standard_error, 50.0, 1e-10);
}

TEST(ScoreTask, OneItemAndEqualItemsHaveNoSpread) {
  TaskResult one, equal, passage;
  average_items(one, {item("1", 1.0)});
  average_items(equal, {item("1", 1.0), item("2", 1.0)});
  average_items(passage, {item("1", 1.0, "p"), item("2", 0.0, "p")});
  EXPECT_EQ(one.standard_error, 0.0);
  EXPECT_EQ(equal.standard_error, 0.0);
  EXPECT_TRUE(std::isfinite(passage.standard_error));
}

TaskResult task(const std::string& suite, Prompting prompting, double score, double chance, double error = 0.0) {
  TaskResult result;
  result.suite = suite;
  result.prompting = prompting;
  result.score = score;
  result.chance = chance;
  result.standard_error = error;
  result.num_items = 10;
  return result;
}

TEST(Normalised, IsTheWayFromChanceToAHundred) {
  EXPECT_DOUBLE_EQ(task("", Prompting::kDirect, 62.5, 25.0).normalised(), 50.0);
  EXPECT_DOUBLE_EQ(task("", Prompting::kDirect, 25.0, 25.0).normalised(), 0.0);
  EXPECT_DOUBLE_EQ(task("", Prompting::kDirect, 10.0, 25.0).normalised(), -20.0);  // below chance is negative
  EXPECT_DOUBLE_EQ(task("", Prompting::kDirect, 40.0, 0.0).normalised(), 40.0);
}

TEST(ScoreSuites, AreMeansOverTasksAndTheAverageIsOverSuites) {
  const auto suites =
      score_suites({task("exam", Prompting::kDirect, 62.5, 25.0, 3.0), task("hard", Prompting::kDirect, 40.0, 0.0, 1.0),
                    task("exam", Prompting::kCot, 100.0, 25.0), task("exam", Prompting::kDirect, 25.0, 25.0, 4.0)});
  ASSERT_EQ(suites.size(), 3u);
  EXPECT_EQ(suites[0].suite, "exam");
  EXPECT_EQ(suites[0].prompting, Prompting::kDirect);
  EXPECT_EQ(suites[0].num_tasks, 2);
  EXPECT_EQ(suites[0].num_items, 20);
  EXPECT_DOUBLE_EQ(suites[0].score, 43.75);
  EXPECT_DOUBLE_EQ(suites[0].normalised, 25.0);
  EXPECT_DOUBLE_EQ(suites[0].standard_error, 2.5);  // sqrt(9 + 16) / 2
  EXPECT_EQ(suites[1].suite, "hard");
  EXPECT_DOUBLE_EQ(suites[1].normalised, 40.0);
  EXPECT_EQ(suites[2].prompting, Prompting::kCot);
  EXPECT_DOUBLE_EQ(suites[2].normalised, 100.0);
  EXPECT_DOUBLE_EQ(normalised_average(suites), (25.0 + 40.0 + 100.0) / 3.0);
  EXPECT_EQ(normalised_average({}), 0.0);
}

// Three tasks in one suite and one in the other: a suite counts once, whatever it holds; below chance is negative.
TEST(NormalisedAverage, WeighsSuitesNotTasks) {
  const auto suites =
      score_suites({task("qa", Prompting::kDirect, 10.0, 50.0), task("exam", Prompting::kDirect, 25.0, 25.0),
                    task("qa", Prompting::kDirect, 50.0, 50.0), task("qa", Prompting::kDirect, 75.0, 50.0)});
  ASSERT_EQ(suites.size(), 2u);
  EXPECT_NEAR(suites[0].normalised, (-80.0 + 0.0 + 50.0) / 3.0, 1e-12);
  EXPECT_NEAR(suites[0].score, 45.0, 1e-12);
  EXPECT_NEAR(normalised_average(suites), -5.0, 1e-12);
}

// The clustered error in plain loops, for sizes and scores of no pattern.
TEST(ScoreTask, ClusteredErrorInPlainLoops) {
  std::vector<ItemResult> items;
  const std::vector<double> scores = {0.3, 1.0, 0.0, 0.25, 1.0, 0.6, 0.0, 0.9, 0.1, 0.5, 0.75};
  for (size_t i = 0; i < scores.size(); ++i) {
    items.push_back(item(std::to_string(i), scores[i], i % 3 == 0 ? "" : "passage " + std::to_string(i % 4)));
  }
  double mean = 0.0, squares = 0.0;
  for (const double score : scores) mean += score / 11.0;
  int64_t num_clusters = 0;
  std::vector<bool> counted(11, false);
  for (size_t i = 0; i < 11; ++i) {
    if (counted[i]) continue;
    double deviation = 0.0;
    for (size_t j = i; j < 11; ++j) {
      const bool together = j == i || (!items[i].cluster_id.empty() && items[j].cluster_id == items[i].cluster_id);
      if (!together) continue;
      counted[j] = true;
      deviation += scores[j] - mean;
    }
    squares += deviation * deviation;
    ++num_clusters;
  }
  ASSERT_EQ(num_clusters, 8);
  TaskResult result;
  average_items(result, items);
  EXPECT_NEAR(result.score, 100.0 * mean, 1e-10);
  EXPECT_NEAR(result.standard_error, 100.0 * std::sqrt(8.0 / 7.0 * squares) / 11.0, 1e-10);
}

}  // namespace
}  // namespace flanmoe
