// Resampled errors and paired differences.
#include "eval/scoring/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

std::vector<std::string> alone(size_t count) { return std::vector<std::string>(count, ""); }

TEST(ClustersOf, KeepsPassagesTogether) {
  EXPECT_EQ(clusters_of({"p", "", "q", "p", ""}), (Clusters{{0, 3}, {1}, {2}, {4}}));
  EXPECT_TRUE(clusters_of({}).empty());
}

TEST(BootstrapError, OfAMeanIsTheFormulas) {
  std::vector<double> values;
  RandomStream random(1, "values");
  for (int i = 0; i < 200; ++i) values.push_back(random.uniform());
  double mean = 0.0, squares = 0.0;
  for (const double value : values) mean += value / 200.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const Statistic statistic = [&](const std::vector<size_t>& items) -> std::optional<double> {
    double sum = 0.0;
    for (const size_t item : items) sum += values[item];
    return sum / static_cast<double>(items.size());
  };
  const Clusters clusters = clusters_of(alone(200));
  const double error = std::sqrt(squares / 200.0 / 200.0);
  EXPECT_NEAR(*bootstrap_error(clusters, statistic, 1, 4000), error, 0.05 * error);
  EXPECT_EQ(*bootstrap_error(clusters, statistic, 1), *bootstrap_error(clusters, statistic, 1));
  EXPECT_FALSE(bootstrap_error({{0, 1, 2}}, statistic, 1));  // one passage: no spread is known
  EXPECT_FALSE(bootstrap_error(
      clusters, [](const auto&) { return std::nullopt; }, 1));
}

TEST(PairedBootstrap, DifferenceAndInterval) {
  PairedTask task;
  RandomStream random(2, "scores");
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < 400; ++i) {
    task.a.push_back(random.chance(0.4) ? 1.0 : 0.0);
    task.b.push_back(random.chance(0.6) ? 1.0 : 0.0);
    const double difference = task.b.back() - task.a.back();
    sum += difference;
    squares += difference * difference;
  }
  task.cluster_ids = alone(400);
  const PairedDifference result = paired_bootstrap({task}, 1);
  const double mean = sum / 400.0, error = std::sqrt((squares / 400.0 - mean * mean) / 400.0);
  EXPECT_NEAR(result.difference, mean, 1e-12);
  EXPECT_EQ(result.num_items, 400);
  EXPECT_EQ(result.num_clusters, 400);
  ASSERT_TRUE(result.interval);
  EXPECT_NEAR(result.interval->low, mean - 1.96 * error, 0.1 * error);
  EXPECT_NEAR(result.interval->high, mean + 1.96 * error, 0.1 * error);
  EXPECT_LT(result.interval->p_value, 0.01);
  EXPECT_GT(result.interval->p_value, 0.0);
}

TEST(PairedBootstrap, EqualModelsDoNotDiffer) {
  const PairedTask task{{1, 0, 1, 0, 1}, {1, 0, 1, 0, 1}, alone(5)};
  const PairedDifference result = paired_bootstrap({task}, 1, 500);
  EXPECT_EQ(result.difference, 0.0);
  EXPECT_EQ(result.interval->low, 0.0);
  EXPECT_EQ(result.interval->high, 0.0);
  EXPECT_EQ(result.interval->p_value, 1.0);
}

// Under no difference p is below 0.05 about one time in twenty.
TEST(PairedBootstrap, PIsHonest) {
  constexpr int kRuns = 300;
  int rejected = 0;
  for (uint64_t run = 0; run < kRuns; ++run) {
    RandomStream random(run, "no difference");
    PairedTask task;
    for (int i = 0; i < 100; ++i) {
      task.a.push_back(random.chance(0.5) ? 1.0 : 0.0);
      task.b.push_back(random.chance(0.5) ? 1.0 : 0.0);
    }
    task.cluster_ids = alone(100);
    rejected += paired_bootstrap({task}, run, 400).interval->p_value < 0.05 ? 1 : 0;
  }
  EXPECT_GT(rejected, kRuns / 100);  // expected 15, standard deviation 3.8
  EXPECT_LT(rejected, kRuns / 10);
}

// Items of a passage that agree are one draw: the interval is as wide as that of one item for each passage.
TEST(PairedBootstrap, ClustersAreDrawnWhole) {
  PairedTask single, tripled;
  RandomStream random(4, "clusters");
  for (int i = 0; i < 50; ++i) {
    const double a = random.uniform(), b = random.uniform();
    single.a.push_back(a);
    single.b.push_back(b);
    single.cluster_ids.push_back("p" + std::to_string(i));
    for (int k = 0; k < 3; ++k) {
      tripled.a.push_back(a);
      tripled.b.push_back(b);
      tripled.cluster_ids.push_back("p" + std::to_string(i));
    }
  }
  const PairedDifference one = paired_bootstrap({single}, 1), three = paired_bootstrap({tripled}, 1);
  EXPECT_EQ(three.num_clusters, 50);
  EXPECT_NEAR(one.interval->low, three.interval->low, 1e-12);
  EXPECT_NEAR(one.interval->p_value, three.interval->p_value, 1e-12);
}

TEST(PairedBootstrap, WeighsTasks) {
  const PairedTask first{{0, 0}, {1, 1}, alone(2), 0.5}, second{{1, 0, 0, 1}, {0, 0, 0, 1}, alone(4), 0.5};
  const PairedDifference result = paired_bootstrap({first, second}, 1);
  EXPECT_DOUBLE_EQ(result.difference, 0.5 * 1.0 + 0.5 * -0.25);
  EXPECT_EQ(result.num_items, 6);
  EXPECT_DOUBLE_EQ(result.interval->high, 0.5);  // the first never varies
}

TEST(PairedBootstrap, RefusesWhatCannotBeCompared) {
  EXPECT_FALSE(paired_bootstrap({{{1, 0}, {0, 0}, {"p", "p"}}}, 1).interval);  // one passage
  const std::string unequal = message_of<UserError>([] { paired_bootstrap({{{1, 0}, {1}, {"", ""}}}, 1); });
  EXPECT_NE(unequal.find("2 scores with 1 and 2"), std::string::npos) << unequal;
  const std::string nan = message_of<RunError>([] { paired_bootstrap({{{1}, {NAN}, {""}}}, 1); });
  EXPECT_NE(nan.find("expected finite"), std::string::npos) << nan;
}

}  // namespace
}  // namespace flanmoe
