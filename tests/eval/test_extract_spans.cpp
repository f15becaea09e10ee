// Spans and free texts: what is left of a generated text.
#include "base/error.h"
#include "eval/extract_case.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

TEST(ExtractSpans, Direct) {
  expect_answers({"span", false}, {
                                      {"Lusk", "Lusk"},
                                      {"Lusk.", "Lusk"},
                                      {"  Lusk  ", "Lusk"},
                                      {"\nLusk\n", "Lusk"},
                                      {"\r\nLusk\r\nTemmel", "Lusk"},
                                      {"Lusk\nIt lies by the sea.", "Lusk"},
                                      {"Lusk\n\nQ: And then?", "Lusk"},
                                      {"\"Lusk\"", "Lusk"},
                                      {"'Lusk'", "Lusk"},
                                      {"\u201cLusk\u201d", "Lusk"},
                                      {"\u2018Lusk\u2019", "Lusk"},
                                      {"\u00abLusk\u00bb", "Lusk"},
                                      {"`Lusk`", "Lusk"},
                                      {"**Lusk**", "Lusk"},
                                      {"\"Lusk.\"", "Lusk"},
                                      {"\"Lusk\".", "Lusk"},
                                      {"\"Lusk\" and \"Temmel\"", "\"Lusk\" and \"Temmel\""},
                                      {"the O'Brien house", "the O'Brien house"},
                                      {"O\u2019Brien", "O\u2019Brien"},  // letters stay as they were said
                                      {"U.S.", "U.S."},
                                      {"3.5", "3.5"},
                                      {"-7", "-7"},
                                      {"St. Ives", "St. Ives"},
                                      {"Lusk, Temmel", "Lusk, Temmel"},
                                      {"A dog", "A dog"},
                                      {"The answer is Lusk.", "Lusk"},
                                      {"The answer is St. Ives.", "St. Ives"},
                                      {"The answer is: \"Lusk\"", "Lusk"},
                                      {"Answer: Lusk", "Lusk"},
                                      {"\\boxed{Lusk}", "Lusk"},
                                      {"Lusk\nThe answer is in the text.", "Lusk"},
                                      {"] ) }", "] ) }"},
                                      {"\u6771\u4eac", "\u6771\u4eac"},
                                      {"", ""},
                                      {" \n\t", ""},
                                      {"\"\"", ""},
                                      {".", ""},
                                  });
}

TEST(ExtractSpans, ChainOfThought) {
  expect_answers({"span", true}, {
                                     {"It lies by the sea. So the answer is Lusk.", "Lusk"},
                                     {"It lies by the sea. The answer is Lusk", "Lusk"},
                                     {"The answer is Temmel. No, the answer is Lusk.", "Lusk"},
                                     {"The answer is Lusk. It lies by the sea.", "Lusk"},
                                     {"The answer is Lusk\nIt lies by the sea.", "Lusk"},
                                     {"The answer is: Lusk", "Lusk"},
                                     {"The answer is:\nLusk", "Lusk"},
                                     {"The answer is \"Lusk\".", "Lusk"},
                                     {"The answer is \u201cLusk\u201d.", "Lusk"},
                                     {"The answer is **Lusk**.", "Lusk"},
                                     {"The answer is **Lusk.** It lies by the sea.", "Lusk"},
                                     {"The answer is St. Ives. It lies by the sea.", "St. Ives"},
                                     {"The answer is Mr. J. K. Orm. He lives there.", "Mr. J. K. Orm"},
                                     {"The answer is the U.S.", "the U.S."},
                                     {"The answer is 3.5 miles.", "3.5 miles"},
                                     {"The answer is Lusk!", "Lusk!"},
                                     {"THE ANSWER IS LUSK", "LUSK"},
                                     {"The final answer is Lusk.", "Lusk"},
                                     {"Final answer: Lusk", "Lusk"},
                                     {"**Final answer:** Lusk", "Lusk"},
                                     {"It lies there.\nAnswer: Lusk", "Lusk"},
                                     {"It lies there.\nanswer: Lusk.", "Lusk"},
                                     {"It lies there.\n#### Lusk", "Lusk"},
                                     {"We get \\boxed{Lusk}.", "Lusk"},
                                     {"We get $\\boxed{\\text{Lusk}}$ then.", "Lusk"},
                                     {"It lies there.\nLusk", "Lusk"},
                                     {"It lies there.\n\nLusk.\n", "Lusk"},
                                     {"The answer is Lusk, by the sea.", "Lusk, by the sea"},
                                     {"So the answer is Lusk.\r\n\r\nQ: And then?", "Lusk"},
                                     {"So the answer is \u6771\u4eac.", "\u6771\u4eac"},
                                     {"The answer is (Lusk).", "(Lusk)"},
                                     {"The answer is ( ) ] .", "( ) ]"},
                                     {"", ""},
                                     {"The answer is", ""},
                                     {"The answer is.", ""},
                                     {" \n ", ""},
                                 });
}

TEST(ExtractTextRule, Direct) {
  expect_answers({"text", false}, {
                                      {"Lusk", "Lusk"},
                                      {"  Lusk ", "Lusk"},
                                      {"\nLusk\n", "Lusk"},
                                      {"\r\nLusk\r\n", "Lusk"},
                                      {"\tLusk", "Lusk"},
                                      {"Lusk.", "Lusk."},
                                      {"\"Lusk\"", "\"Lusk\""},
                                      {"**Lusk**", "**Lusk**"},
                                      {"\\boxed{12}", "\\boxed{12}"},
                                      {"One.\nTwo.", "One.\nTwo."},
                                      {"One.\n\nTwo.", "One.\n\nTwo."},
                                      {"One.  Two.", "One.  Two."},
                                      {"The answer is Lusk.", "The answer is Lusk."},
                                      {"Answer: Lusk", "Answer: Lusk"},
                                      {"Final answer: Lusk", "Final answer: Lusk"},
                                      {"Q: Where is it?", "Q: Where is it?"},
                                      {"#### 12", "#### 12"},
                                      {"- one\n- two", "- one\n- two"},
                                      {"1,234", "1,234"},
                                      {"-5", "-5"},
                                      {"\u22125", "\u22125"},
                                      {"] ) }", "] ) }"},
                                      {"(B)", "(B)"},
                                      {"yes", "yes"},
                                      {"\u201cLusk\u201d", "\u201cLusk\u201d"},
                                      {"\u6771\u4eac", "\u6771\u4eac"},
                                      {"\u00a0Lusk\u00a0", "Lusk"},
                                      {".", "."},
                                      {"", ""},
                                      {" ", ""},
                                      {"\n\n", ""},
                                      {"\u3000", ""},
                                  });
}

TEST(ExtractTextRule, ChainOfThought) {
  expect_answers({"text", true}, {
                                     {"Think. The answer is Lusk.", "Lusk."},
                                     {"Think. The answer is Lusk", "Lusk"},
                                     {"Think. The answer is: Lusk", "Lusk"},
                                     {"Think.\nThe answer is:\nLusk", "Lusk"},
                                     {"The answer is one. Or the answer is two.", "two."},
                                     {"The answer is Lusk. It lies there.", "Lusk. It lies there."},
                                     {"The answer is Lusk.\nIt lies there.", "Lusk.\nIt lies there."},
                                     {"Think.\nAnswer: Lusk", "Lusk"},
                                     {"Think.\nanswer: Lusk", "Lusk"},
                                     {"Think.\nAnswer : Lusk", "Lusk"},
                                     {"Think.\nFinal answer: Lusk", "Lusk"},
                                     {"Think.\nFinal Answer\nLusk", "Lusk"},
                                     {"THE FINAL ANSWER IS LUSK", "LUSK"},
                                     {"Think.\n#### Lusk", "Lusk"},
                                     {"The answer is \"Lusk\"", "\"Lusk\""},
                                     {"The answer is -5", "-5"},
                                     {"The answer is (B)", "(B)"},
                                     {"The answer is ] ) }", "] ) }"},
                                     {"The answer is a, b, c", "a, b, c"},
                                     {"The answer is \u6771\u4eac", "\u6771\u4eac"},
                                     {"The answer is  Lusk ", "Lusk"},
                                     {"The answer is one: two", "one: two"},
                                     {"The answers are one and two", "one and two"},
                                     {"The answer would be Lusk", "Lusk"},
                                     {"The answer should be Lusk", "Lusk"},
                                     {"The answer must be Lusk", "Lusk"},
                                     {"Lusk lies there", "Lusk lies there"},
                                     {"One.\nTwo.", "One.\nTwo."},
                                     {"The answerer isn't here", "The answerer isn't here"},
                                     {"The answer isn't here", "The answer isn't here"},
                                     {"", ""},
                                     {" \n", ""},
                                     {"The answer is", ""},
                                     {"The answer is:", ""},
                                 });
}

TEST(ExtractionRuleOf, TakesTheTasksRuleElseTheForms) {
  TaskSpec task;
  TaskRow row;
  row.options = {"Lusk", "Temmel"};
  const auto name = [&](const std::string& form, const std::string& extraction, const TaskRow& asked) {
    task.answer_form = value_named<AnswerForm>(form).value();
    task.extraction = extraction;
    return extraction_rule(task, {"{q}"}, asked, false).name;
  };
  EXPECT_EQ(name("class", "", row), "choice");
  EXPECT_EQ(name("class", "", TaskRow{}), "span");  // no options to choose from
  EXPECT_EQ(name("span", "", row), "span");
  EXPECT_EQ(name("number", "", row), "number");
  EXPECT_EQ(name("free_text", "", row), "text");
  EXPECT_EQ(name("class", "yes_no", row), "yes_no");
  EXPECT_EQ(name("number", "text", row), "text");
}

TEST(ExtractionRuleOf, KnowsTheListThatWasShown) {
  const TaskSpec task;
  TaskRow row;
  row.options = {"Lusk", "Temmel"};
  const auto markers = [&](const std::string& input) { return extraction_rule(task, {input}, row, true).markers; };
  EXPECT_EQ(markers("{q}"), OptionMarkers::kHidden);
  EXPECT_EQ(markers("{q} {options}"), OptionMarkers::kUnmarked);
  EXPECT_EQ(markers("{q} {options:inline}"), OptionMarkers::kUnmarked);
  EXPECT_EQ(markers("{q} {options:letters}"), OptionMarkers::kLetters);
  EXPECT_EQ(markers("{q} {options:lower_letters}"), OptionMarkers::kLetters);
  EXPECT_EQ(markers("{q} {options:number_lines}"), OptionMarkers::kNumbers);
  PromptTemplate prompt{"{q} {options:letters}"};
  prompt.answers_by_marker = true;
  const ExtractionRule rule = extraction_rule(task, prompt, row, true);
  EXPECT_TRUE(rule.answers_by_marker);
  EXPECT_TRUE(rule.chain_of_thought);
  EXPECT_EQ(rule.options, row.options);
}

TEST(Extract, AnUnknownRuleIsAnsweredWithTheNearest) {
  const std::string message = message_of<UserError>([] { extract({"nunber"}, "12"); });
  for (const char* part : {"nunber", "did you mean 'number'?", "yes_no"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

// Whatever a model writes, the rules answer or say why not.
TEST(Extract, BearsAnyText) {
  std::string noise;
  for (int i = 0; i < 3000; ++i) noise += static_cast<char>((i * 7919) % 256);
  const std::vector<std::string> texts = {std::string(20000, '('),
                                          std::string(20000, '1'),
                                          std::string(20000, '.'),
                                          std::string("A\0B", 3),
                                          noise,
                                          "answer is answer is answer is",
                                          "\\boxed{",
                                          "\\frac{1}",
                                          "\\boxed{{{",
                                          "1/0",
                                          "10^",
                                          "1e999",
                                          "#### "};
  for (const char* name : {"choice", "yes_no", "number", "span", "text"}) {
    for (const std::string& text : texts) {
      for (const bool cot : {false, true}) {
        const Extracted extracted = extract({name, cot, {"yes", "no"}, OptionMarkers::kLetters}, text);
        EXPECT_EQ(extracted.answer.empty(), !extracted.reason.empty()) << name << text.substr(0, 20);
      }
    }
  }
}

}  // namespace
}  // namespace flanmoe
