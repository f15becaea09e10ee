// Prompts by a task's evaluation form, and what too long ones lose.
#include "base/error.h"
#include "eval/asking/answerer.h"
#include "eval/asking/context_cut.h"
#include "eval/scoring/aggregate.h"
#include "eval_case.h"

namespace flanmoe {
namespace {

const char* const kLongTask =
    "name: reading\nformat: jsonl\nsplits: {test: long.jsonl, dev: long_dev.jsonl}\n"
    "templates: [{input: \"{passage} Question: {question}\"}]\n"
    "eval: {header: \"Read about {topic}.\", separator: \" ### \", shots: 2}\n";

class LongPrompts : public EvalTest {
 protected:
  void SetUp() override {
    EvalTest::SetUp();
    std::string passage;
    for (int i = 0; i < 30; ++i) passage += "stone" + std::to_string(i) + " ";
    put("long.jsonl", row("1", passage, "river runs past").dump() + "\n" + row("2", "bread", "towns").dump() + "\n");
    put("long_dev.jsonl", row("1", "quiet", "bakers").dump() + "\n" + row("2", "near", "every").dump() + "\n");
    put("long.yaml", kLongTask);
  }
  static Json row(const std::string& id, const std::string& passage, const std::string& question) {
    return {{"id", id},
            {"fields", {{"passage", passage}, {"question", question}, {"topic", "Vorna"}}},
            {"answers", {"yes"}}};
  }
  EvalOptions long_options(int64_t source_length) const {
    EvalOptions o = options("long.yaml");
    o.shots = -1;
    o.source_length = source_length;
    o.too_long = TooLong::kContext;
    return o;
  }
  static size_t length(const std::string& text) { return cases::tokenizer().encode(text).size(); }
};

TEST_F(LongPrompts, HeaderExemplarsAndQueryInTheFormOfTheTask) {
  const AskedPrompt prompt = prompts(long_options(2048))[1];
  EXPECT_EQ(prompt.text,
            "Read about Vorna. ### quiet Question: bakers yes ### near Question: every yes ### bread Question: towns");
  EXPECT_EQ(prompt.num_exemplars, 2);
  EXPECT_FALSE(prompt.truncated());
}

// By hand for every length: exemplars go one by one, then words of the passage's middle, never the question.
TEST_F(LongPrompts, ExemplarsThenTheMiddleOfThePassageNeverTheQuestion) {
  const AskedPrompt whole = prompts(long_options(2048))[0];
  const size_t bare = length("Read about Vorna. ### ... Question: river runs past");
  for (size_t limit = bare + 1; limit < whole.source.size() + 2; ++limit) {
    const AskedPrompt prompt = prompts(long_options(static_cast<int64_t>(limit)))[0];
    ASSERT_FALSE(prompt.refused) << limit;
    EXPECT_LE(prompt.source.size(), limit);
    EXPECT_TRUE(prompt.text.ends_with("Question: river runs past")) << prompt.text;
    EXPECT_TRUE(prompt.text.starts_with("Read about Vorna. ### ")) << prompt.text;
    EXPECT_EQ(prompt.num_exemplars + prompt.num_exemplars_dropped, 2);
    EXPECT_EQ(prompt.context_cut, prompt.text.find("...") != std::string::npos);
    if (prompt.context_cut) {
      EXPECT_EQ(prompt.num_exemplars, 0);
      const std::string passage = prompt.row.fields.at("passage");
      for (size_t more = 0; more < num_words(passage); ++more) {  // one word more does not fit
        const std::string text =
            "Read about Vorna. ### " + without_middle(passage, more) + " Question: river runs past";
        if (text == prompt.text) {
          EXPECT_GT(
              length("Read about Vorna. ### " + without_middle(passage, more + 1) + " Question: river runs past") + 1,
              limit);
        }
      }
    }
  }
}

TEST_F(LongPrompts, AQuestionThatDoesNotFitIsRefusedAndCounted) {
  const size_t bare = length("Read about Vorna. ### ... Question: river runs past");
  const EvalOptions o = long_options(static_cast<int64_t>(bare));
  EXPECT_TRUE(prompts(o)[0].refused);
  EXPECT_TRUE(prompts(o)[0].source.empty());
  EXPECT_FALSE(prompts(o)[1].refused);
  const AskedTask task = asked(o);
  const T5Model m = model();
  const std::vector<ItemResult> items = model_answerer(m, cases::tokenizer())(task, 0, 2);
  const TaskResult result = scored_task(task, items);
  EXPECT_EQ(result.num_items, 2);
  EXPECT_EQ(result.num_refused, 1);
  EXPECT_EQ(result.score, 100.0 * items[1].score);
  EXPECT_EQ(result.num_exemplars_dropped, 4);
}

TEST_F(LongPrompts, ATaskOfRefusedItemsAloneHasNoScoreAndSaysWhy) {
  const AskedTask task = asked(long_options(3));
  const T5Model m = model();
  const TaskResult result = scored_task(task, model_answerer(m, cases::tokenizer())(task, 0, 2));
  EXPECT_EQ(result.undefined, "not one of its 2 prompts fits into source_length=3");
  EXPECT_EQ(result.num_refused, 2);
  EXPECT_EQ(result.score, 0.0);
  EXPECT_EQ(score_suites({result})[0].pooled, 0.0);
}

TEST(ContextField, IsTheLongestShownFieldThatIsNotTheQuestion) {
  TaskRow row;
  row.fields = {{"question", "a very long question that is longer than all"},
                {"passage", "some words"},
                {"context", "some more words here"},
                {"hidden", "the longest field that the prompt does not show"}};
  EXPECT_EQ(context_field({"{passage} {question}"}, row), "passage");
  EXPECT_EQ(context_field({"{context} {passage} {question}"}, row), "context");
  EXPECT_EQ(context_field({"{question}"}, row), "");
  row.fields = {{"input", "the question of such a row"}, {"subject", "anatomy of long names"}};
  EXPECT_EQ(context_field({"{subject} {input}"}, row), "");
}

TEST(WithoutMiddle, KeepsBothEnds) {
  EXPECT_EQ(without_middle("a b c d e", 5), "a b c d e");
  EXPECT_EQ(without_middle("a b c d e", 3), "a b ... e");
  EXPECT_EQ(without_middle("a b c d e", 1), "a ...");
  EXPECT_EQ(without_middle("a b c d e", 0), "...");
}

TEST_F(LongPrompts, ChainOfThoughtTakesExemplarsWithARationale) {
  put("cot.yaml", std::string(kLongTask) + "cot_templates: [{input: \"{question}\"}]\n");
  EvalOptions o = long_options(2048);
  o.tasks = {(folder_ / "cot.yaml").string()};
  o.shots = 2;
  const std::string message = message_of<UserError>([&] { asked(o, Prompting::kCot); });
  for (const char* part : {"task 'reading'", "split 'dev'", "rationale"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
