// Which texts of tasks are compared, what is counted, and what is refused.
#include "data/overlap/contamination.h"

#include "base/error.h"
#include "base/json.h"
#include "data/overlap/checked_texts.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

const std::string kQuestion = "Which town by the river Vorna sells the most bread to bakers of the hills in winter?";
const std::string kPassage =
    "The river Vorna runs past nine quiet towns of stone, and every bridge over it has a name.";
const std::string kAnswer = "It is Temmel, since its ovens burn all night and its roads to the hills stay open.";

TaskRow row_with(const std::map<std::string, std::string>& fields, const Texts& answers = {"yes"}) {
  TaskRow row;
  row.id = "1";
  row.fields = fields;
  row.answers = answers;
  return row;
}

std::string json_row(const std::string& id, const std::map<std::string, std::string>& fields, const Texts& answers) {
  return Json{{"id", id}, {"fields", fields}, {"answers", answers}}.dump() + "\n";
}

class Contamination : public FolderTest {
 protected:
  // A task over rows in our own format.
  TaskSpec task(const std::string& name, const std::string& split, const std::string& rows) const {
    put(name + ".jsonl", rows);
    return load_tasks(put(name + ".yaml", "name: " + name + "\nformat: jsonl\nsplits: {" + split + ": " + name +
                                              ".jsonl}\ntemplates: [{input: x}]\n"),
                      folder_)[0];
  }

  // One evaluation row with every part, and a suite of it.
  TaskSpec suite() const {
    return task("exam", "test", json_row("e1", {{"question", kQuestion}, {"passage", kPassage}}, {kAnswer}));
  }

  static std::vector<OverlapPair> pairs_of(ContaminationCheck& check, const std::string& text) {
    std::vector<OverlapPair> pairs;
    check.scan("train", "t1", text, [&pairs](const OverlapPair& pair) { pairs.push_back(pair); });
    return pairs;
  }
  static Texts training_texts(const TaskSpec& spec) {
    Texts texts;
    visit_training_texts(
        spec, [&texts](const std::string& id, const std::string& text) { texts.push_back(id + "|" + text); });
    return texts;
  }
};

void expect_says(const std::string& message, const Texts& parts) {
  for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

TEST_F(Contamination, TheQuestionIsTheFirstOfItsFields) {
  EXPECT_EQ(evaluation_texts(row_with({{"question", "q"}, {"stem", "s"}, {"input", "i"}})).question, "q");
  EXPECT_EQ(evaluation_texts(row_with({{"prompt", "p"}, {"stem", "s"}, {"input", "i"}})).question, "s");
  EXPECT_EQ(evaluation_texts(row_with({{"prompt", "p"}, {"input", "i"}})).question, "i");
  EXPECT_EQ(evaluation_texts(row_with({{"prompt", "p"}, {"title", "t"}})).question, "p");
}

TEST_F(Contamination, ARowWithoutAQuestionHasParts) {
  const EvaluationTexts texts = evaluation_texts(row_with({{"first", "a"}, {"second", "b"}, {"context", "c"}}));
  EXPECT_EQ(texts.question, "");
  EXPECT_EQ(texts.parts, (Texts{"a", "b"}));
  EXPECT_EQ(texts.passage, "c\n");
}

TEST_F(Contamination, AnswersAreTextsNotLettersAndATitleIsOfThePassage) {
  const EvaluationTexts texts = evaluation_texts(
      row_with({{"question", "q"}, {"passage", "p"}, {"title", "t"}, {"answer_text", "blue"}}, {"(A)", "A"}));
  EXPECT_EQ(texts.answers, (Texts{"(A)", "A", "blue"}));
  EXPECT_EQ(texts.passage, "t\np\n");
  EXPECT_TRUE(texts.parts.empty());
}

TEST_F(Contamination, ATrainingTextHoldsEverythingOnce) {
  TaskRow row = row_with({{"question", "Who? Options: a b"}, {"stem", "Who?"}, {"topic", "towns"}}, {"a", "b"});
  row.rationale = "because";
  row.options = {"a", "b", "neither"};
  EXPECT_EQ(training_text(row), "Who? Options: a b\na\nb\nneither\ntowns\nbecause");
}

TEST_F(Contamination, EveryPartIsFoundAndNamed) {
  ContaminationCheck check({suite()}, kOverlapWindow, 5);
  EXPECT_TRUE(pairs_of(check, "Nothing of the kind, only the river Vorna and its nine quiet towns.").empty());
  EXPECT_TRUE(check.report().clean());
  const auto pairs = pairs_of(check, "Q. " + kQuestion + " P. " + kPassage + " A. " + kAnswer);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].kind, OverlapKind::kRun);
  EXPECT_EQ(pairs[1].kind, OverlapKind::kPassage);
  EXPECT_EQ(pairs[2].kind, OverlapKind::kAnswer);
  EXPECT_EQ(pairs[0].task + pairs[0].split + pairs[0].id + pairs[0].train_task + pairs[0].train_id,
            "examteste1traint1");
  EXPECT_EQ(pairs[0].text, kQuestion.substr(0, kQuestion.size() - 1));
  EXPECT_FALSE(check.report().clean());
  EXPECT_EQ(check.report().num_training_texts, 2);
  EXPECT_EQ(check.report().sources, (std::map<std::string, int64_t>{{"train", 1}}));
}

TEST_F(Contamination, APassageAloneIsNoFault) {
  ContaminationCheck check({suite()}, kOverlapWindow, 5);
  EXPECT_EQ(pairs_of(check, kPassage).size(), 1u);
  EXPECT_EQ(check.report().splits[0].num_passages, 1);
  EXPECT_TRUE(check.report().clean());
}

TEST_F(Contamination, AShortAnswerSaysNothing) {
  ContaminationCheck check(
      {task("exam", "test", json_row("1", {{"question", kQuestion}}, {"yes", "in the town of Temmel"}))},
      kOverlapWindow, 5);
  EXPECT_TRUE(pairs_of(check, "yes, in the town of Temmel").empty());
}

TEST_F(Contamination, RowsAreCountedOnceAndPairsAsOftenAsTheyAre) {
  const std::string short_question = "Is Vorna older than Temmel?";
  ContaminationCheck check(
      {task("exam", "test",
            json_row("1", {{"question", kQuestion}}, {"yes"}) + json_row("2", {{"question", short_question}}, {"yes"}) +
                json_row("3", {{"question", "Which of the following is true?"}}, {"yes"}) +
                json_row("4", {{"question", "Why?"}}, {"yes"}))},
      kOverlapWindow, 1);
  EXPECT_EQ(pairs_of(check, kQuestion).size(), 1u);
  EXPECT_EQ(pairs_of(check, kQuestion + " " + short_question).size(), 2u);
  const SplitOverlap& split = check.report().splits.at(0);
  EXPECT_EQ(split.num_rows, 4);
  EXPECT_EQ(split.num_questions, 2);
  EXPECT_EQ(split.num_generic, 1);
  EXPECT_EQ(split.num_too_short, 1);
  ASSERT_EQ(split.shown.size(), 1u);
  EXPECT_EQ(split.shown[0].id, "1");
}

TEST_F(Contamination, ShortQuestionsAreExactMatches) {
  ContaminationCheck check(
      {task("exam", "test", json_row("1", {{"question", "Is Vorna older than Temmel?"}}, {"yes"}))}, kOverlapWindow, 5);
  const auto pairs = pairs_of(check, "I ask: is VORNA older than Temmel, or not?");
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(name_of(pairs[0].kind), "exact");
  EXPECT_EQ(pairs[0].text, "is VORNA older than Temmel");
}

TEST_F(Contamination, EverySplitButTrainIsEvaluated) {
  const std::string row = json_row("1", {{"question", kQuestion}}, {"yes"});
  put("rows.jsonl", row);
  const auto tasks = load_tasks(put("many.yaml",
                                    "name: many\nformat: jsonl\nsplits: {train: none.jsonl, dev: rows.jsonl, "
                                    "test: rows.jsonl}\ntemplates: [{input: x}]\n"),
                                folder_);
  ContaminationCheck check(tasks, kOverlapWindow, 5);
  ASSERT_EQ(check.report().splits.size(), 2u);
  EXPECT_EQ(check.report().splits[0].split + check.report().splits[1].split, "devtest");
}

TEST_F(Contamination, TasksThatCannotBeCheckedAreRefused) {
  const std::string row = json_row("1", {{"question", kQuestion}}, {"yes"});
  const TaskSpec training = task("tuning", "train", row);
  expect_says(message_of<UserError>([&] { ContaminationCheck({training}, kOverlapWindow, 5); }),
              {"tuning.yaml", "'tuning'", "only 'train'"});
  expect_says(message_of<UserError>([&] {
                ContaminationCheck({suite(), suite()}, kOverlapWindow, 5);
              }),
              {"exam.yaml", "second task 'exam'"});
  expect_says(message_of<UserError>([&] { training_texts(suite()); }), {"'exam'", "no split 'train'"});
}

const std::string kNiv2 = R"({"Definition": ["Do it well."], "Categories": ["Towns"],
  "Instances": [{"id": "a", "input": "in", "output": ["out", "other"]}],
  "Positive Examples": [{"input": "pi", "output": "po", "explanation": "pe"}],
  "Negative Examples": [{"input": "ni", "output": "no"}]})";

TEST_F(Contamination, DefinitionAndExamplesAreTrainingText) {
  put("task.json", kNiv2);
  const auto tasks = load_tasks(
      put("niv2.yaml", "name: n\nformat: niv2\nsplits: {train: task.json}\ntemplates: [{input: \"{input}\"}]\n"),
      folder_);
  EXPECT_EQ(training_texts(tasks[0]), (Texts{"a|in\nout\nother", "definition|Do it well.",
                                             "Positive Examples 1|pi\npo\npe", "Negative Examples 1|ni\nno"}));
}

}  // namespace
}  // namespace flanmoe
