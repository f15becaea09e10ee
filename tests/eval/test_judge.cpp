// A text is judged by the option it names, not by what is left of that option's text without signs and case.
#include "eval/scoring/judge.h"

#include <gtest/gtest.h>

#include "eval/answers/extract.h"
#include "eval/metrics/metrics.h"
#include "eval/metrics/number_match.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

TaskRun run_of(const std::string& metric, const std::string& input = "{q}\n{options:letter_lines}\nAnswer:") {
  TaskRun run;
  run.task.name = "t";
  run.task.metric = metric;
  run.task.answer_form = AnswerForm::kClass;
  run.task.eval.direct.input = input;
  return run;
}

double score(const TaskRun& run, const Texts& options, size_t right, const std::string& output) {
  TaskRow row;
  row.id = "1";
  row.options = options;
  row.answers = {options[right]};
  row.right_option = static_cast<int64_t>(right);
  ItemResult item = open_item(run, row);
  judge_text(item, run, row, output);
  return item.score;
}

const std::vector<Texts> kAlike = {{"x > 3", "x < 3", "x = 3"}, {"Rr", "rr", "RR"},        {"1/2", "12", "1.2"},
                                   {"C", "C++", "C#"},          {"(A)", "(B)", "(C)"},     {"+", "-", "*"},
                                   {"a", "the", "an"},          {"\\frac{5}{12}", "5/12"}, {"It's", "Its"},
                                   {"] }", "} ]", ") }"},       {"3.5", "35", "3,5"},      {"don't", "dont"}};

TEST(Judge, EachOptionSaidIsThatOptionAndNoOther) {
  for (const char* metric : {"accuracy", "exact_match"}) {
    const TaskRun run = run_of(metric);
    for (const Texts& options : kAlike) {
      for (size_t said = 0; said < options.size(); ++said) {
        for (size_t right = 0; right < options.size(); ++right) {
          EXPECT_EQ(score(run, options, right, options[said]), said == right ? 1.0 : 0.0)
              << metric << ": '" << options[said] << "' where '" << options[right] << "' is right";
        }
      }
    }
  }
}

// In a list that shows "(B)" it is the place, also where another option's text is "B" (blood groups).
TEST(Judge, AShownMarkerIsNoText) {
  TaskRun run = run_of("accuracy"), unmarked = run_of("accuracy", "{q} {options}");
  run.options.extraction = unmarked.options.extraction = Extraction::kTask;
  const Texts groups = {"B", "A", "AB", "O"};
  for (const char* said : {"(B)", "A: (B)", "The answer is (B)."}) {
    EXPECT_EQ(score(run, groups, 1, said), 1.0) << said;
    EXPECT_EQ(score(run, groups, 0, said), 0.0) << said;
  }
  EXPECT_EQ(score(run, groups, 0, "B"), 1.0);
  EXPECT_EQ(score(run, groups, 2, "AB"), 1.0);
  EXPECT_EQ(score(unmarked, groups, 0, "(B)"), 1.0);
}

// Whatever could be several of them is none of them.
TEST(Judge, WhatCouldBeSeveralIsNone) {
  const TaskRun run = run_of("accuracy");
  for (size_t right = 0; right < 3; ++right) {
    EXPECT_EQ(score(run, {"x > 3", "x < 3", "x = 3"}, right, "I think that x 3 holds"), 0.0);
    EXPECT_EQ(score(run, {"Rr", "rR", "rr"}, right, "RR"), 0.0);
  }
}

TEST(Judge, OptionsThatReadTheSameAreRightTogether) {
  const TaskRun run = run_of("accuracy");
  for (size_t right : {0u, 1u}) EXPECT_EQ(score(run, {"north", "north", "south"}, right, "north"), 1.0);
  EXPECT_EQ(score(run, {"north", "north", "south"}, 2, "north"), 0.0);
}

// "A:" is how the prompt ends, or how an answer begins; the option is what stands behind it.
TEST(Judge, TheFormShownIsNoAnswer) {
  const Texts options = {"Lusk", "Temmel"};
  const TaskRun asked_by_a = run_of("accuracy", "Q: {q}\n{options:letter_lines}\nA:"),
                asked_otherwise = run_of("accuracy", "{q}\n{options:letter_lines}");
  for (const TaskRun& run : {asked_by_a, asked_otherwise}) {
    EXPECT_EQ(score(run, options, 1, "A: (B)"), 1.0);
    EXPECT_EQ(score(run, options, 0, "A: (B)"), 0.0);
    EXPECT_EQ(score(run, options, 0, "A: (A)"), 1.0);
    EXPECT_EQ(score(run, options, 0, "A"), 1.0);
  }
  EXPECT_EQ(score(asked_by_a, options, 1, "A: Temmel"), 1.0);
  EXPECT_EQ(score(asked_by_a, options, 1, "A: B"), 1.0);
}

TEST(Judge, AnswersOfSignsAreComparedAsWritten) {
  for (const char* name : {"exact_match", "token_f1"}) {
    const Metric metric = metric_named(name);
    EXPECT_EQ(metric("-", {"+"}), 0.0) << name;
    EXPECT_EQ(metric("+", {"+"}), 1.0) << name;
    EXPECT_EQ(metric(" ] } ) ", {"] } )"}), 1.0) << name;
    EXPECT_EQ(metric("} ] )", {"] } )"}), 0.0) << name;
    EXPECT_EQ(metric("+", {"the"}), 0.0) << name;
    EXPECT_EQ(metric("a", {"*"}), 0.0) << name;
    EXPECT_EQ(metric("the", {"a"}), 1.0) << name;  // SQuAD's: articles do not count
  }
}

TEST(Judge, WholeNumbersAreEqualOrNot) {
  EXPECT_EQ(number_match("1000001", {"1000000"}), 0.0);
  EXPECT_EQ(number_match("1,000,000", {"1000000"}), 1.0);
  EXPECT_EQ(number_match("0.333333", {"0.3333333"}), 1.0);
  // Beyond 2^53, where two of them are one double.
  EXPECT_EQ(number_match("9007199254740993", {"9007199254740992"}), 0.0);
  EXPECT_EQ(number_match("100000000000000000001", {"100000000000000000000"}), 0.0);
  EXPECT_EQ(number_match("-100,000,000,000,000,000,000.00", {"-100000000000000000000"}), 1.0);
  EXPECT_EQ(number_match("10^20", {"100000000000000000000"}), 1.0);
}

TEST(Judge, NumbersAsTheWorldWritesThem) {
  for (const auto& [written, number] :
       std::vector<std::pair<std::string, std::string>>{{"1.234,5", "1234.5"},
                                                        {"1.234.567", "1234567"},
                                                        {"1 234", "1234"},
                                                        {"12 345 678,25", "12345678.25"},
                                                        {"3,5", "3.5"},
                                                        {"3,14159", "3.14159"},
                                                        {"1,234", "1234"},
                                                        {"1,234.5", "1234.5"},
                                                        {"1.234", "1.234"},
                                                        {"4.2/5", "4.2/5"},
                                                        {"4/5", "4/5"},
                                                        {"१२३", "123"},
                                                        {"৪৫", "45"},
                                                        {"๗", "7"},
                                                        {"１２", "12"},
                                                        {"1 234,5", "1234.5"},
                                                        {"1 234.5", "1234.5"},
                                                        {"1 234 567.25", "1234567.25"},
                                                        {"1'234", "1234"},
                                                        {"1’234’567.50", "1234567.50"},
                                                        {"12,34,567", "1234567"},
                                                        {"1,00,000.5", "100000.5"},
                                                        {"১,২৩,৪৫৬", "123456"},
                                                        {"–5", "-5"},
                                                        {"2½", "2 1/2"},
                                                        {"¾", "3/4"},
                                                        {"minus 3", "-3"},
                                                        {"It is negative $3", "-3"},
                                                        {"5 minus 3", "3"},
                                                        {"x minus 3", "3"},
                                                        {"non-negative 3", "3"},
                                                        {"7-5", "5"},
                                                        {"7–5", "5"},
                                                        {"10,20,30", "30"},
                                                        {"6'10", "10"},
                                                        {"5, 15 and 20", "20"},
                                                        {"(3,5)", "5"},
                                                        {"10 km in 2 h", "2"}}) {
    EXPECT_EQ(answer_number(written), number) << written;
  }
  EXPECT_EQ(number_match("4.2/5", {"0.84"}), 1.0);
}

}  // namespace
}  // namespace flanmoe
