// Chance and the most frequent answer, by hand.
#include "report/score_lines.h"

#include <gtest/gtest.h>

#include "report/fixture.h"

namespace flanmoe::report {
namespace {

Json task(const std::string& suite, const std::string& prompting, double chance, const Json& majority,
          const std::string& arm = "dense") {
  return {
      {"arm", arm},     {"stage", "instructed"}, {"suite", suite},   {"task", "t"},          {"prompting", prompting},
      {"num_items", 8}, {"score", 50.0},         {"chance", chance}, {"majority", majority}, {"standard_error", 1.0}};
}

RowChart lines_of(const Json& tasks, const std::string& id) {
  Json results = fixture_results({1, 1, false});
  results["suites"] = {"exam", "a/b"};
  results["tasks"] = tasks;
  const View view = read_view(results, "results.json");
  RowChart chart;
  add_score_lines(chart, view, id);
  return chart;
}

const Json kTasks = {task("exam", "direct", 20.0, 60.0),
                     task("exam", "direct", 50.0, 50.0),
                     task("a/b", "direct", 0.0, 10.0),
                     task("exam", "cot", 20.0, 40.0),
                     task("seen", "direct", 0.0, 90.0),
                     task("exam", "direct", 99.0, 99.0, "switch")};  // every arm is asked the same: the first tells

TEST(ScoreLines, OfASuiteAreMeansOverItsTasks) {
  const RowChart exam = lines_of(kTasks, "suite/exam/direct/instructed");
  ASSERT_EQ(exam.lines.size(), 2u);
  EXPECT_DOUBLE_EQ(exam.lines[0].value, 35.0);
  EXPECT_DOUBLE_EQ(exam.lines[1].value, 55.0);
  EXPECT_EQ(exam.least, 0.0);
  EXPECT_EQ(exam.most, 100.0);
  EXPECT_DOUBLE_EQ(lines_of(kTasks, "suite/a/b/direct/instructed").lines.at(1).value, 10.0);
  EXPECT_TRUE(lines_of(kTasks, "suite/exam/direct/pretrained").lines.empty());
}

// Normalised 50 and 0 of exam, 10 of a/b, 25 of exam by chain of thought; seen tasks are no part of it.
TEST(ScoreLines, OfTheAverageAreNormalisedLikeIt) {
  const RowChart all = lines_of(kTasks, "heldout/instructed"), direct = lines_of(kTasks, "heldout-direct/instructed");
  ASSERT_EQ(all.lines.size(), 2u);
  EXPECT_EQ(all.lines[0].value, 0.0);
  EXPECT_DOUBLE_EQ(all.lines[1].value, 20.0);
  EXPECT_DOUBLE_EQ(direct.lines.at(1).value, 17.5);
  EXPECT_EQ(lines_of(kTasks, "finetune/mean/direct").lines.size(), 1u);
  EXPECT_EQ(lines_of(kTasks, "heldout-item/instructed").lines.size(), 1u);
}

TEST(ScoreLines, WithoutAMajorityOfEveryTaskThereIsNone) {
  Json tasks = kTasks;
  tasks[2]["majority"] = nullptr;
  EXPECT_EQ(lines_of(tasks, "heldout/instructed").lines.size(), 1u);
  EXPECT_EQ(lines_of(tasks, "suite/exam/direct/instructed").lines.size(), 2u);
  EXPECT_EQ(lines_of(nullptr, "heldout/instructed").lines.size(), 1u);
}

TEST(ScoreLines, OfWhatIsNoScoreThereAreNone) {
  for (const char* id : {"loss/pretrain", "gain/heldout", "log-odds/instructed", "utilisation/instructed"}) {
    const RowChart chart = lines_of(kTasks, id);
    EXPECT_TRUE(chart.lines.empty()) << id;
    EXPECT_GT(chart.most, 1e9) << id;
  }
}

}  // namespace
}  // namespace flanmoe::report
