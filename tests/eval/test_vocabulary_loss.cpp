// What the vocabulary cannot say is counted, and a tie of options that it writes alike is named.
#include "eval/asking/vocabulary_loss.h"

#include "eval/scoring/aggregate.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

class VocabularyLoss : public EvalTest {
 protected:
  void SetUp() override {
    EvalTest::SetUp();
    put("braces.jsonl",
        R"({"id": "1", "fields": {"q": "the river"}, "options": ["{", "}"], "answers": ["}"]})"
        "\n"
        R"({"id": "2", "fields": {"q": "the 日 river"}, "options": ["stone", "bread", "towns"], "answers": ["bread"]})"
        "\n");
    put("braces.yaml",
        "name: braces\nsuite: exam\nformat: jsonl\nsplits: {test: braces.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
    put("said.jsonl", R"({"id": "1", "fields": {"q": "the river"}, "answers": ["< [", "{"]})"
                      "\n"
                      R"({"id": "2", "fields": {"q": "the river"}, "answers": ["} {", "bread"]})"
                      "\n");
    put("said.yaml",
        "name: said\nsuite: exam\nformat: jsonl\nmetric: exact_match\nanswer_form: span\nsplits: {test: said.jsonl}\n"
        "templates: [{input: \"{q}\"}]\neval: {stop: [\"\\n\\n\", river, \"}\", \"Vorna.\"]}\n");
  }
  TaskResult answered(const std::string& file) {
    const T5Model m = model();
    const AskedTask task = asked(options(file));
    items_ = model_answerer(m, cases::tokenizer())(task, 0, task.rows.size());
    return scored_task(task, items_);
  }
  static std::string all(const std::vector<TaskResult>& tasks) {
    return fmt::format("{}", fmt::join(vocabulary_warnings(tasks), "\n"));
  }
  std::vector<ItemResult> items_;
};

TEST_F(VocabularyLoss, OptionsOfTheSameIdsTieAndAreNamed) {
  const TaskResult task = answered("braces.yaml");
  const std::vector<OptionScore>& ranking = items_[0].ranking;
  EXPECT_EQ(ranking[0].sum, ranking[1].sum);
  EXPECT_EQ(ranking[1].same_ids, 0);
  for (const OptionScore& option : items_[1].ranking) EXPECT_EQ(option.same_ids, -1);
  EXPECT_EQ(items_[0].prediction, "{");
  EXPECT_EQ(items_[0].tied, (std::vector<std::string>{"}"}));
  EXPECT_TRUE(items_[1].tied.empty());
  EXPECT_EQ(task.num_tied, 1);
  const std::string said = all({task});
  EXPECT_NE(said.find("braces: 1 of 2 items end in a tie"), std::string::npos) << said;
  EXPECT_NE(said.find("item '1': '{' and '}'"), std::string::npos) << said;
}

TEST_F(VocabularyLoss, UnknownPiecesAreCountedWhereTheyStand) {
  const TaskResult task = answered("braces.yaml");
  EXPECT_EQ(items_[0].unknown.options, 2);
  EXPECT_EQ(items_[0].unknown.answers, 1);
  EXPECT_EQ(items_[0].unknown.prompt, 0);
  EXPECT_GE(items_[1].unknown.prompt, 1);
  EXPECT_EQ(items_[1].unknown.options, 0);
  EXPECT_EQ(task.num_unknown_prompts, 1);
  EXPECT_EQ(task.num_unknown_options, 1);
  EXPECT_EQ(task.num_unknown_answers, 1);
  const std::string said = all({task});
  EXPECT_NE(said.find("unknown pieces) in 1 of 2 prompts, 1 of 2 lists of options, 1 of 2 answers"), std::string::npos)
      << said;
}

// An item of several accepted answers can be said when one of them can.
TEST_F(VocabularyLoss, OfGeneratedAnswersAndStopTexts) {
  const TaskResult task = answered("said.yaml");
  EXPECT_EQ(task.num_unknown_answers, 1);
  EXPECT_EQ(task.num_unknown_options, 0);
  EXPECT_EQ(task.lost_stops, (std::vector<std::string>{"\n\n", "}"}));
  const std::string said = all({task, task});
  EXPECT_NE(said.find("the stop text \"\\n\\n\" of 2 tasks can never come"), std::string::npos) << said;
  EXPECT_NE(said.find("the stop text \"}\""), std::string::npos) << said;
  EXPECT_EQ(said.find("river"), std::string::npos) << said;
}

TEST_F(VocabularyLoss, MarkersThatAreAskedForAreTheAnswer) {
  put("marked.yaml",
      "name: marked\nformat: jsonl\nsplits: {test: braces.jsonl}\n"
      "templates: [{input: \"{q} {options:numbers}\", target: \"{marker}\"}]\n");
  const AskedTask task = asked(options("marked.yaml"));
  const EvalPrompt prompt = make_prompt(task, task.rows[0], cases::tokenizer());
  const UnknownPieces unknown = unknown_pieces(task, task.rows[0], prompt, cases::tokenizer());
  EXPECT_GE(unknown.prompt, 2);   // the braces are shown
  EXPECT_EQ(unknown.options, 2);  // no figures in this vocabulary: 1, 2
  EXPECT_EQ(unknown.answers, 1);
}

TEST_F(VocabularyLoss, ManyTasksAreSummedUp) {
  TaskResult task;
  task.task = "t";
  task.num_items = 5;
  task.num_unknown_answers = 2;
  const std::vector<std::string> lines = vocabulary_warnings(std::vector<TaskResult>(57, task));
  ASSERT_EQ(lines.size(), 9u);
  EXPECT_EQ(lines.back(), "... and 49 more tasks like these");
  EXPECT_TRUE(vocabulary_warnings({TaskResult{}}).empty());
}

}  // namespace
}  // namespace flanmoe
