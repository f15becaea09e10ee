// Metrics of whole tasks against hand-worked numbers and twins in plain loops.
#include "eval/metrics/corpus_metrics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "eval/metrics/correlation.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Values = std::vector<double>;

// Covariance of all pairs: sum over i < j of (xi - xj)(yi - yj); no mean is subtracted.
double pearson_of_pairs(const Values& x, const Values& y) {
  double xx = 0.0, yy = 0.0, xy = 0.0;
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      xx += (x[i] - x[j]) * (x[i] - x[j]);
      yy += (y[i] - y[j]) * (y[i] - y[j]);
      xy += (x[i] - x[j]) * (y[i] - y[j]);
    }
  }
  return xy / std::sqrt(xx * yy);
}

// One more than the smaller ones, and half of the others that are equal.
Values ranks_by_counting(const Values& values) {
  Values ranks;
  for (size_t i = 0; i < values.size(); ++i) {
    double rank = 1.0;
    for (size_t j = 0; j < values.size(); ++j) {
      if (values[j] < values[i]) rank += 1.0;
      if (j != i && values[j] == values[i]) rank += 0.5;
    }
    ranks.push_back(rank);
  }
  return ranks;
}

TEST(Correlation, ByHand) {
  EXPECT_NEAR(*pearson({1, 2, 3}, {1, 2, 4}), 3.0 / std::sqrt(2.0 * 14.0 / 3.0), 1e-12);
  EXPECT_DOUBLE_EQ(*pearson({1, 2, 3}, {6, 4, 2}), -1.0);
  EXPECT_EQ(average_ranks({10, 20, 10, 30}), (Values{1.5, 3, 1.5, 4}));
  EXPECT_EQ(average_ranks({5, 5, 5}), (Values{2, 2, 2}));
  EXPECT_DOUBLE_EQ(*spearman({1, 2, 3, 4}, {1, 4, 9, 16}), 1.0);
  EXPECT_NEAR(*spearman({1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}), 1.0 - 6.0 * 4.0 / (5.0 * 24.0), 1e-12);
}

TEST(Correlation, MatchesPlainLoops) {
  RandomStream random(3, "correlation");
  for (size_t size : {2u, 3u, 7u, 53u}) {
    for (const uint64_t kinds : {3u, 1000u}) {  // many ties, few ties
      Values x = {0.0, 1.0}, y = {2.0, 1.0};
      while (x.size() < size) {
        x.push_back(static_cast<double>(random.below(kinds)));
        y.push_back(static_cast<double>(random.below(kinds)) - x.back() * 0.5);
      }
      EXPECT_NEAR(*pearson(x, y), pearson_of_pairs(x, y), 1e-12) << size;
      EXPECT_EQ(average_ranks(x), ranks_by_counting(x));
      EXPECT_NEAR(*spearman(x, y), pearson_of_pairs(ranks_by_counting(x), ranks_by_counting(y)), 1e-12) << size;
    }
  }
}

TEST(Correlation, IsUndefinedWithoutSpread) {
  EXPECT_FALSE(pearson({1, 1, 1}, {1, 2, 3}));
  EXPECT_FALSE(pearson({1, 2, 3}, {0.1, 0.1, 0.1}));
  EXPECT_FALSE(spearman({1, 2}, {3, 3}));
  EXPECT_FALSE(pearson({1}, {1}));
  EXPECT_FALSE(pearson({}, {}));
  EXPECT_FALSE(pearson({1e-200, 2e-200, 3e-200}, {1, 2, 3}));  // squares vanish: said, not NaN
}

CorpusItem said(const std::string& prediction, const std::string& answer, const std::vector<std::string>& options = {},
                const std::string& cluster = "") {
  CorpusItem item{prediction, {answer}};
  item.options = options;
  item.cluster_id = cluster;
  return item;
}

TEST(CorpusMetrics, ATextWithoutANumberCountsAsZero) {
  const std::vector<CorpusItem> items = {said("1.0", "1.2"), said("2", "1.8"), said("", "3.0"), said("five", "0.4")};
  const CorpusValue value = corpus_metric_named("pearson")(items, 1);
  EXPECT_NEAR(*value.value, pearson_of_pairs({1, 2, 0, 0}, {1.2, 1.8, 3.0, 0.4}), 1e-12);
  EXPECT_EQ(value.num_units, 4);
  EXPECT_TRUE(value.standard_error && std::isfinite(*value.standard_error));
  const CorpusValue ranks = corpus_metric_named("spearman")(items, 1);
  EXPECT_NEAR(*ranks.value, pearson_of_pairs({3, 4, 1.5, 1.5}, {2, 3, 4, 1}), 1e-12);
}

TEST(CorpusMetrics, SayWhyThereIsNoValue) {
  const CorpusValue equal = corpus_metric_named("pearson")({said("3", "1"), said("3", "2")}, 1);
  EXPECT_FALSE(equal.value);
  EXPECT_FALSE(equal.standard_error);
  EXPECT_EQ(equal.undefined, "all predictions or all answers are equal");
  EXPECT_EQ(corpus_metric_named("spearman")({said("3", "1")}, 1).undefined, "fewer than two items");
  EXPECT_EQ(corpus_metric_named("consistency")({}, 1).undefined, "no group holds all four edits");
  EXPECT_EQ(corpus_metric_named("macro_f1")({}, 1).undefined, "no class is asked or said");
  const std::string message = message_of<UserError>([] {
    corpus_metric_named("pearson")({said("3", "high"), said("3", "2")}, 1);
  });
  EXPECT_NE(message.find("'high'"), std::string::npos) << message;
}

TEST(CorpusMetrics, MacroF1ByHand) {
  const std::vector<std::string> options = {"yes", "no", "maybe", "never"};
  // yes: 2 hits, said 3, asked 2 -> 4 / 5. no: 1 hit, said 1, asked 2 -> 2 / 3. maybe: none said, asked 1 -> 0. never:
  // left out.
  const std::vector<CorpusItem> items = {said("yes", "yes", options), said("Yes", "yes", options),
                                         said("yes", "no", options), said("no", "no", options),
                                         said("", "maybe", options)};
  const CorpusValue value = corpus_metric_named("macro_f1")(items, 1);
  EXPECT_NEAR(*value.value, (0.8 + 2.0 / 3.0 + 0.0) / 3.0, 1e-12);
  EXPECT_EQ(value.num_units, 3);
}

TEST(CorpusMetrics, MacroF1MatchesPlainLoops) {
  RandomStream random(5, "classes");
  const std::vector<std::string> options = {"red", "green", "blue"};
  std::vector<CorpusItem> items;
  for (int i = 0; i < 101; ++i) {
    const bool answered = random.chance(0.8);
    items.push_back(said(answered ? random.pick(options) : "", random.pick(options), options));
  }
  double sum = 0.0;
  for (const std::string& option : options) {
    double hit = 0.0, false_alarm = 0.0, miss = 0.0;
    for (const CorpusItem& item : items) {
      const bool is_said = item.prediction == option, is_wanted = item.answers[0] == option;
      hit += is_said && is_wanted ? 1.0 : 0.0;
      false_alarm += is_said && !is_wanted ? 1.0 : 0.0;
      miss += !is_said && is_wanted ? 1.0 : 0.0;
    }
    const double precision = hit / (hit + false_alarm), recall = hit / (hit + miss);
    sum += 2.0 * precision * recall / (precision + recall);
  }
  EXPECT_NEAR(*corpus_metric_named("macro_f1")(items, 1).value, sum / 3.0, 1e-12);
}

CorpusItem edit(const std::string& group, int member, double score) {
  CorpusItem item{"x", {"x"}, score};
  item.group = group;
  item.member = std::to_string(member);
  item.cluster_id = group.substr(0, 1);
  return item;
}

TEST(CorpusMetrics, ConsistencyCountsWholeGroups) {
  std::vector<CorpusItem> items;
  for (int member = 0; member < 4; ++member) {
    items.push_back(edit("p q1", member, 1.0));
    items.push_back(edit("p q2", member, member == 2 ? 0.0 : 1.0));
    items.push_back(edit("r q1", member, 1.0));
    if (member < 3) items.push_back(edit("s q1", member, 1.0));  // an edit is missing: no group
  }
  const CorpusValue value = corpus_metric_named("consistency")(items, 1);
  EXPECT_NEAR(*value.value, 2.0 / 3.0, 1e-12);
  EXPECT_EQ(value.num_units, 3);
  // Passages p (1 of 2 right) and r (1 of 1) are drawn: pp 1/2, pr and rp 2/3, rr 1; the standard deviation of these is
  // 0.1818.
  EXPECT_NEAR(*value.standard_error, 0.1818, 0.01);
}

TEST(CorpusMetrics, ErrorsAreClusteredAndSeeded) {
  RandomStream random(7, "error");
  std::vector<CorpusItem> alone, pairs;
  for (int i = 0; i < 60; ++i) {
    const double x = random.uniform(), y = x + random.uniform();
    CorpusItem item = said(std::to_string(x), std::to_string(y));
    alone.push_back(item);
    item.cluster_id = "passage " + std::to_string(i);
    pairs.push_back(item);
    pairs.push_back(item);  // the same again tells nothing new
  }
  const CorpusMetric metric = corpus_metric_named("pearson");
  const double error = *metric(alone, 1).standard_error;
  EXPECT_EQ(error, *metric(alone, 1).standard_error);
  EXPECT_NE(error, *metric(alone, 2).standard_error);
  EXPECT_NEAR(*metric(pairs, 1).standard_error, error, 1e-12);
  const double r = *metric(alone, 1).value;
  EXPECT_NEAR(error, (1.0 - r * r) / std::sqrt(60.0), 0.03);  // the normal theory's
}

TEST(CorpusMetrics, ByName) {
  EXPECT_TRUE(is_corpus_metric("macro_f1"));
  EXPECT_FALSE(is_corpus_metric("accuracy"));
  EXPECT_EQ(item_metric_of("consistency"), "accuracy");
  EXPECT_EQ(item_metric_of("spearman"), "number_match");
  const std::string message = message_of<UserError>([] { corpus_metric_named("spearmen"); });
  for (const char* part : {"spearmen", "did you mean 'spearman'?", "macro_f1"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
