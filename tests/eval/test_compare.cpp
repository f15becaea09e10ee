// Two evaluations side by side, and baselines in the place of a model.
#include "base/error.h"
#include "base/files.h"
#include "eval/asking/baseline_answerer.h"
#include "eval/asking/run_tasks.h"
#include "eval/evaluation.h"
#include "eval/files/eval_folder.h"
#include "eval/files/results_json.h"
#include "eval/scoring/compare.h"
#include "eval_case.h"

#include <cmath>

namespace flanmoe {
namespace {

class Compare : public EvalTest {
 protected:
  void SetUp() override {
    EvalTest::SetUp();
    put("second.yaml",
        "name: second\nsuite: qa\nformat: jsonl\nchance: 25\nsplits: {test: dev.jsonl}\ntemplates: [{input: "
        "\"{q}\"}]\n");
  }
  EvalPlan plan(int64_t limit = 0) const {
    EvalRequest request;
    EvalOptions o;
    o.tasks = {"{data}/task.yaml", "{data}/second.yaml"};
    o.max_items = limit;
    request.suites = {{"", o}};
    request.data = folder_;
    return plan_evaluation(request);
  }
  // A finished folder of a baseline.
  std::filesystem::path evaluated(const std::string& name, const std::string& baseline, uint64_t seed,
                                  int64_t limit = 0) const {
    const std::filesystem::path out = folder_ / name;
    const EvalPlan asked = plan(limit);
    const EvalFolder folder(out, {{"name", name}});
    BadRows bad_rows;
    const EvalResult result = run_tasks(asked.runs, baseline_answerer(baseline, seed), &folder.samples(), bad_rows, {});
    folder.finish(results_json(result, {}, {}, asked));
    return out;
  }
  void refused(const std::filesystem::path& a, const std::filesystem::path& b,
               const std::vector<std::string>& parts) const {
    const std::string message = message_of<UserError>([&] { compare_evaluations(a, b, 0); });
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  }
};

TEST_F(Compare, DifferencesAreThoseOfTheScores) {
  const auto a = evaluated("a", "majority", 0), b = evaluated("b", "random", 3);
  const Json left = read_results(a).at("flanmoe"), right = read_results(b).at("flanmoe");
  const Comparison comparison = compare_evaluations(a, b, 1);
  ASSERT_EQ(comparison.scores.size(), 5u);  // two tasks, two suites, the average
  for (const ComparedScore& score : comparison.scores) {
    EXPECT_NEAR(score.paired.difference, score.b - score.a, 1e-9) << score.name;
    ASSERT_TRUE(score.paired.interval.has_value());
    EXPECT_LE(score.paired.interval->low, score.paired.difference);
    EXPECT_GE(score.paired.interval->high, score.paired.difference);
  }
  EXPECT_EQ(comparison.scores[0].name, "one");
  EXPECT_NEAR(comparison.scores[0].a, left["tasks"]["one"]["score"].get<double>(), 1e-9);
  EXPECT_NEAR(comparison.scores[2].b, right["suites"]["exam"]["score"].get<double>(), 1e-9);
  EXPECT_NEAR(comparison.scores[4].a, left["normalised_average"].get<double>(), 1e-9);
  EXPECT_NEAR(comparison.scores[4].b, right["normalised_average"].get<double>(), 1e-9);
  EXPECT_EQ(comparison_to_json(comparison), comparison_to_json(compare_evaluations(a, b, 1)));
}

TEST_F(Compare, AnEvaluationDoesNotDifferFromItself) {
  const auto a = evaluated("a", "majority", 0);
  for (const ComparedScore& score : compare_evaluations(a, a, 0).scores) {
    EXPECT_EQ(score.paired.difference, 0.0);
    EXPECT_EQ(score.paired.interval->low, 0.0);
    EXPECT_EQ(score.paired.interval->p_value, 1.0);
  }
}

// Worked by hand: of 0.01, 0.04, 0.03 the least times 3, the next times 2, the last times 1, none below one before it.
TEST(Holm, StepsDown) {
  const std::vector<double> adjusted = holm_adjusted({0.01, 0.04, 0.03, 0.9});
  EXPECT_NEAR(adjusted[0], 0.04, 1e-12);
  EXPECT_NEAR(adjusted[2], 0.09, 1e-12);
  EXPECT_NEAR(adjusted[1], 0.09, 1e-12);
  EXPECT_NEAR(adjusted[3], 0.9, 1e-12);
  EXPECT_EQ(holm_adjusted({0.6, 0.7}), (std::vector<double>{1.0, 1.0}));
  EXPECT_TRUE(holm_adjusted({}).empty());
}

TEST_F(Compare, TasksAreTestedTogether) {
  const auto a = evaluated("a", "majority", 0), b = evaluated("b", "random", 3);
  const Comparison comparison = compare_evaluations(a, b, 1);
  for (const ComparedScore& score : comparison.scores) {
    EXPECT_EQ(score.p_holm.has_value(), score.kind == "task");
    if (score.p_holm) {
      EXPECT_GE(*score.p_holm, score.paired.interval->p_value);
    }
  }
  const Json json = comparison_to_json(comparison);
  EXPECT_TRUE(json["scores"][0].contains("p_value_holm"));
  EXPECT_FALSE(json["scores"].back().contains("p_value_holm"));
}

TEST_F(Compare, OtherItemsAndTasksAreRefusedByName) {
  const auto a = evaluated("a", "majority", 0), fewer = evaluated("fewer", "majority", 0, 8);
  refused(a, fewer, {"task 'one'", "item '8'", "is not in", "fewer"});
  refused(fewer, a, {"task 'one'", "item '8'"});
  refused(a, folder_ / "nowhere", {"nowhere", "no folder of an evaluation"});
  const auto other = evaluated("other", "majority", 0);
  Json results = read_results(other);
  results["flanmoe"]["tasks"].erase("second");
  write_json(other / "results.json", results);
  refused(a, other, {"task 'second'", "not in"});
  refused(other, a, {"task 'second'", "not in"});
}

TEST_F(Compare, BaselinesByHand) {
  BadRows bad_rows;
  const std::vector<TaskRun> runs = plan().runs;
  const EvalResult chance = run_tasks(runs, baseline_answerer("chance", 0), nullptr, bad_rows, {});
  EXPECT_DOUBLE_EQ(chance.tasks[0].score, 25.0);
  EXPECT_EQ(chance.tasks[0].num_unanswered, 0);
  EXPECT_NEAR(chance.normalised_average, 0.0, 1e-12);
  // Nine rows, answers bread, stone, river in turn: every option is right three times.
  const EvalResult majority = run_tasks(runs, baseline_answerer("majority", 0), nullptr, bad_rows, {});
  EXPECT_NEAR(majority.tasks[0].score, 100.0 / 3.0, 1e-9);
  EXPECT_EQ(majority.items[0].prediction, "bread");
  const EvalResult one = run_tasks(runs, baseline_answerer("random", 1), nullptr, bad_rows, {}),
                   again = run_tasks(runs, baseline_answerer("random", 1), nullptr, bad_rows, {});
  EXPECT_EQ(scores_json(one), scores_json(again));
}

// A metric of the whole task takes the place of the mean over its items; undefined says why and counts 0.
TEST_F(Compare, MetricsOfWholeTasks) {
  put("f1.yaml",
      "name: f1\nsuite: exam\nformat: jsonl\nmetric: macro_f1\nsplits: {test: test.jsonl}\n"
      "templates: [{input: \"{q}\"}]\n");
  EvalOptions o = options("f1.yaml");
  BadRows bad_rows;
  const EvalResult result =
      run_tasks(plan_evaluation(request_of(o, folder_)).runs, baseline_answerer("majority", 0), nullptr, bad_rows, {});
  // Always "bread", right in 3 of 9: F1 of bread 2 * (1/3) / (4/3) = 1/2, of stone and river 0; town is neither.
  EXPECT_NEAR(result.tasks[0].score, 100.0 / 6.0, 1e-9);
  put("number.jsonl", R"({"id": "1", "fields": {"q": "x"}, "answers": ["1.0"]})"
                      "\n"
                      R"({"id": "2", "fields": {"q": "y"}, "answers": ["3.0"]})"
                      "\n");
  put("number.yaml",
      "name: graded\nsuite: exam\nformat: jsonl\nmetric: pearson\nsplits: {test: number.jsonl}\n"
      "templates: [{input: \"{q}\"}]\n");
  const TaskResult graded = run_tasks(plan_evaluation(request_of(options("number.yaml"), folder_)).runs,
                                      baseline_answerer("majority", 0), nullptr, bad_rows, {})
                                .tasks[0];
  EXPECT_EQ(graded.score, 0.0);
  EXPECT_FALSE(graded.undefined.empty());
}

}  // namespace
}  // namespace flanmoe
