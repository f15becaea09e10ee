// From suites to tasks: names, globs, files that are not there.
#include "eval/files/suites.h"

#include "base/error.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

class Suites : public EvalTest {
 protected:
  EvalRequest request(const std::vector<std::string>& tasks) const {
    EvalOptions o;
    for (const std::string& task : tasks) o.tasks.push_back("{data}/" + task);
    EvalRequest result;
    result.suites = {{"mine", o}};
    result.data = folder_;
    return result;
  }
  static std::vector<std::string> names(const EvalPlan& plan) {
    std::vector<std::string> result;
    for (const TaskRun& run : plan.runs) result.push_back(run.name());
    return result;
  }
  void expect_refused(const EvalRequest& asked_for, const std::vector<std::string>& parts) const {
    const std::string message = message_of<UserError>([&] { plan_evaluation(asked_for); });
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  }
};

using Names = std::vector<std::string>;

TEST_F(Suites, TasksStandUnderTheirSuiteAskedBothWaysWhereTheyCanBe) {
  EvalRequest both = request({"task.yaml", "free.yaml"});
  both.suites[0].options.prompts = PromptKinds::kBoth;
  const EvalPlan plan = plan_evaluation(both);
  EXPECT_EQ(names(plan), (Names{"one", "one_cot", "free"}));
  EXPECT_EQ(plan.runs[0].suite, "mine");
  both.suites[0].name = "";
  EXPECT_EQ(plan_evaluation(both).runs[2].suite, "qa");
  both.suites[0].options.prompts = PromptKinds::kCot;
  EXPECT_EQ(names(plan_evaluation(both)), (Names{"one_cot"}));
  EXPECT_EQ(plan_evaluation(both).left_out, (Names{"free: it has no chain-of-thought prompt"}));
}

TEST_F(Suites, GlobsNameTasks) {
  EvalRequest some = request({"task.yaml", "free.yaml"});
  some.globs = {"f*"};
  EXPECT_EQ(names(plan_evaluation(some)), (Names{"free"}));
  some.globs = {"f*", "o?e"};
  EXPECT_EQ(names(plan_evaluation(some)), (Names{"one", "free"}));
  some.globs = {"fre"};
  expect_refused(some, {"'fre' fits no task", "did you mean 'free'", "one, free"});
}

// Of tasks that --tasks leaves out no file need be there, whatever the file would be asked.
TEST_F(Suites, OnlyTheFilesOfNamedTasksAreOpened) {
  put("counted.yaml",
      "name: counted\nformat: jsonl\nsplits: {test: none.jsonl}\nchance_of_options: true\n"
      "templates: [{input: \"{q}\"}]\n");
  put("many.yaml",
      "each: \"{data}/many/*.json\"\nname: \"many_{each}\"\nformat: niv2\nsplits: {test: \"{data}/many/{each}.json\"}\n"
      "templates: [{input: \"{input}\"}]\n");
  EvalRequest some = request({"counted.yaml", "free.yaml", "many.yaml"});
  some.globs = {"free"};
  EXPECT_EQ(names(plan_evaluation(some)), (Names{"free"}));
  some.globs = {"free", "many_1"};
  expect_refused(some, {"many: no such folder", "--skip-missing"});
  some.globs = {"count*"};
  expect_refused(some, {"none.jsonl: no such file"});
  some.skip_missing = true;
  some.globs = {"free", "c*", "many_*"};
  EXPECT_EQ(names(plan_evaluation(some)), (Names{"free"}));
  EXPECT_EQ(plan_evaluation(some).left_out.size(), 2u);
  some.globs = {"x*"};
  expect_refused(some, {"'x*' fits no task", "counted, free, many_*"});
}

TEST_F(Suites, TwoTasksOfOneNameAreRefused) {
  EvalRequest twice = request({"task.yaml"});
  twice.suites.push_back({"other", twice.suites[0].options});
  expect_refused(twice, {"two tasks are named 'one'", "task.yaml"});
}

TEST_F(Suites, MissingFilesAreNamedOrLeftOut) {
  put("gone.yaml", "name: gone\nformat: jsonl\nsplits: {test: none.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  put("many.yaml",
      "each: \"{data}/many/*.jsonl\"\nformat: jsonl\nsplits: {test: \"{data}/many/{each}.jsonl\"}\n"
      "templates: [{input: \"{q}\"}]\n");
  EvalRequest some = request({"free.yaml", "gone.yaml", "many.yaml"});
  expect_refused(request({"gone.yaml"}), {"task 'gone'", "none.jsonl: no such file", "--skip-missing"});
  expect_refused(request({"many.yaml"}), {"many.yaml:1", "many: no such folder", "--skip-missing"});
  some.skip_missing = true;
  const EvalPlan plan = plan_evaluation(some);
  EXPECT_EQ(names(plan), (Names{"free"}));
  ASSERT_EQ(plan.left_out.size(), 2u);
  EXPECT_NE(plan.left_out[0].find("many: no such folder"), std::string::npos) << plan.left_out[0];
  EXPECT_NE(plan.left_out[1].find("gone: "), std::string::npos) << plan.left_out[1];
  EvalRequest none = request({"gone.yaml"});
  none.skip_missing = true;
  expect_refused(none, {"no task is left", "gone"});
}

// The file of exemplars is needed only when exemplars are shown.
TEST_F(Suites, ExemplarFilesCountWhenShown) {
  put("few.yaml",
      "name: few\nformat: jsonl\nsplits: {test: free.jsonl, dev: none.jsonl}\n"
      "templates: [{input: \"{q}\"}]\n");
  EvalRequest few = request({"few.yaml"});
  EXPECT_EQ(names(plan_evaluation(few)), (Names{"few"}));
  few.suites[0].options.shots = 1;
  expect_refused(few, {"task 'few'", "none.jsonl"});
}

}  // namespace
}  // namespace flanmoe
