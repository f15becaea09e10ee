// The rule by hand: yes, no, equal, undecided; looks; Holm; joint questions.
#include "study/statistics/judge.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

const std::vector<int64_t> kLooks = {4, 8};

// One task, as a loss has.
Contrast seeds(const std::vector<double>& values) {
  Contrast contrast{"part", {}, {0}};
  for (const double value : values) contrast.differences.push_back({value});
  return contrast;
}

// Half of the values this far above, half below.
Contrast around(double middle, double spread, int64_t count) {
  std::vector<double> values;
  for (int64_t s = 0; s < count; ++s) values.push_back(middle + (s % 2 == 0 ? spread : -spread));
  return seeds(values);
}

Judgement judged(const Question& question) { return judge({question}, plan_looks(kLooks, 1)).front(); }
Judgement judged(const Contrast& contrast, double margin = 2.0) {
  return judged(Question{"shape-2", margin, {contrast}});
}

std::string refusal_of(const Question& question) {
  return message_of<UserError>([&question] { judged(question); });
}

TEST(Judge, SaysYesNoEqualUndecided) {
  EXPECT_EQ(judged(around(9.0, 1.0, 4)).decision, Decision::kYes);
  EXPECT_EQ(judged(around(-9.0, 1.0, 4)).decision, Decision::kNo);
  EXPECT_EQ(judged(around(0.0, 0.2, 4)).decision, Decision::kEqual);
  EXPECT_EQ(judged(around(3.0, 9.0, 8)).decision, Decision::kUndecided);
}

TEST(Judge, ATrifleIsEqualHoweverSure) {
  const Judgement judgement = judged(around(0.5, 0.05, 4));
  EXPECT_LT(judgement.difference_p, judgement.difference_level);
  EXPECT_EQ(judgement.decision, Decision::kEqual);
  EXPECT_EQ(judged(around(0.5, 0.05, 4), 0.4).decision, Decision::kYes);
}

TEST(Judge, OneSeedAndFewerThanTheFirstLookNeverDecide) {
  for (int64_t count = 1; count < 4; ++count) {
    for (const double middle : {0.0, 50.0, -50.0}) {
      const Judgement judgement = judged(around(middle, 0.001, count));
      EXPECT_EQ(judgement.decision, Decision::kUndecided) << count;
      EXPECT_EQ(judgement.look, 0);
      EXPECT_EQ(judgement.parts.front().num_seeds, count);
      EXPECT_GT(judgement.difference_level, 0.0);
    }
  }
}

TEST(Judge, OnlySeedsOfALookEnterIt) {
  std::vector<double> values = {9.0, 11.0, 9.0, 11.0, -900.0, 900.0, 0.0};
  Judgement judgement = judged(seeds(values));
  EXPECT_EQ(judgement.decision, Decision::kYes);
  EXPECT_EQ(judgement.look, 1);
  EXPECT_DOUBLE_EQ(judgement.parts.front().mean, 10.0);
  values.push_back(-5000.0);  // the second look would not say yes, but the first one has spoken
  judgement = judged(seeds(values));
  EXPECT_EQ(judgement.decision, Decision::kYes);
  EXPECT_EQ(judgement.parts.front().num_seeds, 4);
  // Undecided at the first look: seeds 5 to 7 wait for the eighth.
  values = {9.0, -4.0, 0.0, 3.0, 90.0, 90.0, 90.0};
  judgement = judged(seeds(values));
  EXPECT_EQ(judgement.decision, Decision::kUndecided);
  EXPECT_EQ(judgement.look, 1);
  EXPECT_DOUBLE_EQ(judgement.parts.front().mean, 2.0);
}

TEST(Judge, LooksCostLevel) {
  const LookPlan plan = plan_looks({4, 8, 12, 16}, 5);
  for (size_t left = 0; left < 5; ++left) {
    const double share = 0.05 / static_cast<double>(left + 1);
    EXPECT_LT(plan.difference_levels[left], share);
    EXPECT_GT(plan.difference_levels[left], share / 4.0);
    EXPECT_LT(plan.equality_levels[left], share);
    EXPECT_GT(plan.equality_levels[left], share / 4.0);
  }
}

TEST(Judge, RefusesImpossibleLevels) {
  const auto said = [](double alpha) { return message_of<UserError>([alpha] { plan_looks(kLooks, 2, alpha); }); };
  EXPECT_EQ(said(0.0), "alpha is 0, expected a number between 0 and 0.5");
  EXPECT_EQ(said(0.6), "alpha is 0.6, expected a number between 0 and 0.5");
}

// Three questions with p-values on purpose: Holm's steps let the later ones pass where the first did.
TEST(Judge, HolmGoesStepByStep) {
  const LookPlan plan = plan_looks({4}, 3);  // levels 0.05, 0.025, 0.0167
  EXPECT_NEAR(plan.difference_levels[2], 0.05 / 3.0, 1e-6);
  const auto answers = [&plan](double first, double second, double third) {
    std::string text;
    for (const Judgement& judgement : judge({{"a", 0.01, {around(first, 1.0, 4)}},
                                             {"b", 0.01, {around(second, 1.0, 4)}},
                                             {"c", 0.01, {around(third, 1.0, 4)}}},
                                            plan))
      text += name_of(judgement.decision) + " ";
    return text;
  };
  // Standard error 1 / sqrt(3), 3 degrees: p = 0.05, 0.025, 0.0167 at means 1.837, 2.410, 2.800.
  EXPECT_EQ(answers(1.9, 2.5, 2.9), "yes yes yes ");
  EXPECT_EQ(answers(2.9, 1.9, -2.5), "yes yes no ");
  EXPECT_EQ(answers(2.7, 2.5, 2.7), "undecided undecided undecided ");
  EXPECT_EQ(answers(2.3, 2.3, 2.9), "undecided undecided yes ");
  EXPECT_EQ(answers(1.8, 2.5, 2.9), "undecided yes yes ");
}

// "Equal" frees nothing for "yes": the difference of an equal question may be nothing.
TEST(Judge, EqualDoesNotHelpTheOthersToYes) {
  const LookPlan plan = plan_looks({4}, 2);  // levels 0.05, 0.025
  const Question equal{"a", 5.0, {around(0.0, 0.1, 4)}};
  const auto judgements = judge({equal, {"b", 0.01, {around(2.2, 1.0, 4)}}}, plan);
  EXPECT_EQ(judgements[0].decision, Decision::kEqual);
  EXPECT_EQ(judgements[1].decision, Decision::kUndecided);
  EXPECT_NEAR(judgements[1].difference_level, 0.025, 1e-6);
  EXPECT_NEAR(judgements[1].equality_level, 0.05, 1e-6);  // but to equal
}

TEST(Judge, WhatALookDecidesHelpsAtTheNext) {
  const LookPlan plan = plan_looks({4, 8}, 2);
  const Contrast late = around(1.5, 1.5, 8);
  const auto alone = judge({{"a", 0.01, {around(0.0, 9.0, 8)}}, {"b", 0.01, {late}}}, plan);
  const auto helped = judge({{"a", 0.01, {around(90.0, 1.0, 4)}}, {"b", 0.01, {late}}}, plan);
  EXPECT_EQ(helped[0].look, 1);
  EXPECT_EQ(helped[1].look, 2);
  EXPECT_DOUBLE_EQ(alone[1].difference_level, plan.difference_levels[1]);
  EXPECT_DOUBLE_EQ(helped[1].difference_level, plan.difference_levels[0]);
}

TEST(Judge, JointQuestionsNeedEveryPart) {
  const Contrast above = around(9.0, 1.0, 4), wide = around(3.0, 9.0, 4), below = around(-9.0, 1.0, 4),
                 none = around(0.0, 0.2, 4);
  EXPECT_EQ(judged({"q", 2.0, {above, above}}).decision, Decision::kYes);
  EXPECT_EQ(judged({"q", 2.0, {above, wide}}).decision, Decision::kUndecided);
  EXPECT_EQ(judged({"q", 2.0, {above, none}}).decision, Decision::kUndecided);
  EXPECT_EQ(judged({"q", 2.0, {above, below}}).decision, Decision::kNo);
  EXPECT_EQ(judged({"q", 2.0, {none, none}}).decision, Decision::kEqual);
  // Every part at the full level for yes; a share of it for no. The first look's level is 0.031: p 0.02 at mean 2.62.
  const Contrast just = around(2.62, 1.0, 4), just_below = around(-2.62, 1.0, 4);
  EXPECT_EQ(judged({"q", 0.01, {just, just, just}}).decision, Decision::kYes);
  EXPECT_EQ(judged({"q", 0.01, {just_below}}).decision, Decision::kNo);
  EXPECT_EQ(judged({"q", 0.01, {just_below, just}}).decision, Decision::kUndecided);
}

TEST(Judge, RefusesBadInput) {
  const Contrast part = around(1.0, 1.0, 4);
  EXPECT_EQ(refusal_of({"shape-2", 0.0, {part}}),
            "shape-2: its margin is 0, expected a number above 0: without one nothing can be called equal");
  EXPECT_EQ(refusal_of({"shape-2", -2.0, {part}}),
            "shape-2: its margin is -2, expected a number above 0: without one nothing can be called equal");
  EXPECT_EQ(refusal_of({"shape-2", 2.0, {}}), "shape-2: it has no parts, expected one contrast or more");
  EXPECT_EQ(refusal_of({"shape-2", 2.0, {seeds({})}}), "shape-2: part has no runs");
  EXPECT_EQ(refusal_of({"shape-4", 2.0, {part, around(1.0, 1.0, 8)}}),
            "shape-4: part has 4 seeds and part has 8, expected as many");
}

}  // namespace
}  // namespace flanmoe
