// A task as it is asked: what its rows can be judged by is told when they are read.
#include "eval/asking/task_run.h"

#include "eval_case.h"

namespace flanmoe {
namespace {

class TaskRuns : public EvalTest {
 protected:
  // What opening a task says of rows with these accepted answers.
  std::string told(const std::string& metric, const std::vector<Json>& answers, int64_t max_items = 0) const {
    std::string rows;
    for (size_t i = 0; i < answers.size(); ++i) {
      rows += Json{{"id", std::to_string(i)}, {"fields", {{"q", "the river"}}}, {"answers", answers[i]}}.dump() + "\n";
    }
    put("said.jsonl", rows);
    put("said.yaml", "name: said\nformat: jsonl\nmetric: " + metric +
                         "\nsplits: {test: said.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
    EvalOptions o = options("said.yaml");
    o.max_items = max_items;
    testing::internal::CaptureStderr();
    asked(o);
    return testing::internal::GetCapturedStderr();
  }
};

// ROUGE counts runs of a-z and 0-9: an answer without one scores 0, whatever is said.
TEST_F(TaskRuns, AnswersWithoutAWordThatRougeCountsAreToldOf) {
  const std::vector<Json> answers = {Json::array({"日本"}), Json::array({"?", "..."}), Json::array({"Привет", "Tokyo"}),
                                     Json::array({"été"}), Json::array({"7"})};
  for (const std::string metric : {"rouge_l", "rouge_1"}) {
    const std::string warning = told(metric, answers);
    for (const std::string& part :
         {std::string("task 'said'"),
          std::string("the answers of 2 of 5 items have no word that '" + metric + "' counts"), std::string("a-z, 0-9"),
          std::string("score 0, whatever is said")})
      EXPECT_NE(warning.find(part), std::string::npos) << part << " in: " << warning;
    EXPECT_EQ(told(metric, {answers[2], answers[3], answers[4]}), "");  // one accepted answer with a word will do
    EXPECT_EQ(told(metric, {answers[4], answers[0]}, 1), "");           // of the items that are asked
  }
  for (const std::string metric : {"exact_match", "token_f1", "bleu"}) EXPECT_EQ(told(metric, answers), "") << metric;
}

}  // namespace
}  // namespace flanmoe
