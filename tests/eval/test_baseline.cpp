// Baselines by hand.
#include "eval/asking/baseline.h"

#include <gtest/gtest.h>

#include <map>

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

TaskRow row(const std::string& answer, const Texts& options = {}) {
  TaskRow result;
  result.options = options;
  result.answers = {answer};
  return result;
}

const Texts kYesNo = {"yes", "no"};

TEST(ChanceScores, AreOneInSoMany) {
  EXPECT_EQ(chance_scores({row("yes", kYesNo), row("c", {"a", "b", "c", "d"}), row("free")}),
            (std::vector<double>{0.5, 0.25, 0.0}));
  TaskRow two = row("a", {"a", "b", "c", "d"});
  two.answers.push_back("b");
  EXPECT_EQ(chance_scores({two}), std::vector<double>{0.5});
}

TEST(Majority, OfTheKnownRows) {
  const std::vector<TaskRow> asked = {row("yes", kYesNo), row("yes", kYesNo)};
  const std::vector<TaskRow> known = {row("no", kYesNo), row("yes", kYesNo), row("no", kYesNo)};
  EXPECT_EQ(majority_predictions(asked, known), (Texts{"no", "no"}));
  EXPECT_EQ(majority_predictions(asked, asked), (Texts{"yes", "yes"}));
  const std::vector<TaskRow> tie = {row("no", kYesNo), row("yes", kYesNo)};
  EXPECT_EQ(majority_predictions(tie, tie), (Texts{"yes", "yes"}));  // the first option
}

TEST(Majority, ByTextWhereTheOrderOfOptionsVaries) {
  const std::vector<TaskRow> rows = {row("no", {"yes", "no"}), row("no", {"no", "yes"}), row("yes", {"yes", "no"})};
  EXPECT_EQ(majority_predictions(rows, rows), (Texts{"no", "no", "no"}));
}

TEST(Majority, ByPlaceWhereOptionsDiffer) {
  const std::vector<TaskRow> known = {row("b", {"a", "b"}),           row("d", {"c", "d"}),
                                      row("e", {"e", "f"}),           row("z", {"w", "x", "y", "z"}),
                                      row("z", {"w", "x", "y", "z"}), row("z", {"w", "x", "y", "z"})};
  const std::vector<TaskRow> asked = {row("p", {"p", "q", "r", "s"}), row("p", {"p", "q", "r"})};
  EXPECT_EQ(majority_predictions(asked, known), (Texts{"s", "q"}));  // a row without a fourth option takes the next
  TaskRow twins = row("t", {"t", "t", "u"});
  twins.right_option = 1;
  EXPECT_EQ(majority_predictions(asked, {twins}), (Texts{"q", "q"}));
}

TEST(Majority, OfFreeAnswers) {
  const std::vector<TaskRow> known = {row("7"), row("12"), row("12"), row("7")};
  EXPECT_EQ(majority_predictions({row("1"), row("2")}, known), (Texts{"7", "7"}));  // seen first
  EXPECT_EQ(majority_predictions({row("1")}, {}), Texts{""});
  EXPECT_TRUE(majority_predictions({}, known).empty());
}

TEST(Random, IsUniformAndSeeded) {
  const std::vector<TaskRow> rows(4000, row("a", {"a", "b", "c", "d"}));
  const Texts drawn = random_predictions(rows, {}, 1, "task");
  std::map<std::string, int> counts;
  for (const std::string& text : drawn) ++counts[text];
  ASSERT_EQ(counts.size(), 4u);
  for (const auto& [text, count] : counts) EXPECT_NEAR(count, 1000, 110) << text;  // four standard deviations
  EXPECT_EQ(drawn, random_predictions(rows, {}, 1, "task"));
  EXPECT_NE(drawn, random_predictions(rows, {}, 2, "task"));
  EXPECT_NE(drawn, random_predictions(rows, {}, 1, "other task"));
  const Texts few = random_predictions({rows.begin(), rows.begin() + 9}, {}, 1, "task");
  EXPECT_EQ(few, Texts(drawn.begin(), drawn.begin() + 9));
}

TEST(Random, FreeAnswersAreTrainingAnswers) {
  const Texts drawn = random_predictions({row("x"), row("y"), row("z")}, {row("7"), row("12")}, 1, "task");
  for (const std::string& text : drawn) EXPECT_TRUE(text == "7" || text == "12") << text;
  EXPECT_EQ(random_predictions({row("x")}, {}, 1, "task"), Texts{""});
}

}  // namespace
}  // namespace flanmoe
