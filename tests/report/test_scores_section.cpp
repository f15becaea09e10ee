// Held-out scores by suite, finetuned scores by set: columns of what there is, the best of each in bold.
#include <gtest/gtest.h>

#include <algorithm>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

Json score(const std::string& arm, const Json& mean) {
  return {{"arm", arm},
          {"values", Json::array({mean})},
          {"interval", {{"mean", mean}, {"low", 10.0}, {"high", 90.0}, {"basis", "by <hand>"}}}};
}

Json measure(const std::string& id, const Json& dense, const Json& wide, const Json& sparse) {
  return {{"id", id},
          {"label", id},
          {"unit", "percent"},
          {"arms", {score("dense", dense), score("dense_wide", wide), score("switch", sparse)}},
          {"differences", Json::array()}};
}

Json with_measures(const Json& measures) {
  Json results = fixture_results({1, 1, false});
  results["suites"] = {"exam", "q & a"};
  results["measures"] = measures;
  return results;
}

std::vector<std::string> heads_of(const std::string& html) { return contents_of(elements_of(html, "th")); }

TEST(HeldoutSection, ColumnsAreThoseWithScores) {
  const std::string html =
      drawn(heldout_section, with_measures({measure("heldout/instructed", 1.0, 2.0, 3.0),
                                            measure("suite/q & a/cot/instructed", 41.0, 40.0, 39.0)}));
  EXPECT_EQ(heads_of(html), (std::vector<std::string>{"arm", "normalised average", "q &amp; a<br><small>CoT</small>"}));
  EXPECT_TRUE(holds(html, "Dense T5</td><td>1.0</td><td><b>41.0</b></td>"));
  EXPECT_TRUE(holds(html, "Dense T5, wide</td><td>2.0</td><td>40.0</td>"));
  EXPECT_TRUE(holds(html, "Switch top-1</td><td><b>3.0</b></td><td>39.0</td>"));
  EXPECT_FALSE(holds(html, "before instruction tuning"));
  expect_well_formed(html);
}

TEST(HeldoutSection, WhatIsNewInTasksHasColumns) {
  const std::string html = drawn(heldout_section, with_measures({measure("heldout/instructed", 1.0, 2.0, 3.0),
                                                                 measure("heldout-cluster/instructed", 4.0, 5.0, 6.0),
                                                                 measure("heldout-item/instructed", 7.0, 8.0, 9.0),
                                                                 measure("heldout-item/pretrained", 0.5, 0.6, 0.7)}));
  EXPECT_EQ(heads_of(html), (std::vector<std::string>{"arm", "normalised average", "new kinds of task", "new items",
                                                      "arm", "new items"}));
  EXPECT_TRUE(holds(html, "Dense T5</td><td>1.0</td><td>4.0</td><td>7.0</td>"));
  EXPECT_TRUE(holds(html, "no cluster that tuning has seen"));
  EXPECT_FALSE(holds(drawn(heldout_section, with_measures(Json::array({measure("heldout/instructed", 1.0, 2.0, 3.0)}))),
                     "new kinds"));
}

Json asked(const std::string& name, double chance, const Json& majority) {
  return {{"arm", "dense"},        {"stage", "instructed"}, {"suite", "q & a"}, {"task", name},
          {"prompting", "direct"}, {"num_items", 8},        {"score", 50.0},    {"chance", chance},
          {"majority", majority},  {"standard_error", 1.0}};
}

TEST(HeldoutSection, ASuiteHasItsChanceAndItsMajority) {
  Json results = with_measures({measure("suite/q & a/direct/instructed", 50.0, 40.0, 60.0)});
  results["measures"] = Json::array({measure("suite/q & a/direct/instructed", 50.0, 40.0, 60.0)});
  results["tasks"] = {asked("one", 20.0, 30.0), asked("two", 50.0, 56.0)};
  const auto named = [&](const char* name) {
    const std::string html = drawn(heldout_section, results);
    const auto keys = contents_of(elements_with(html, "text", "class", "key"));
    return std::find(keys.begin(), keys.end(), name) != keys.end();
  };
  EXPECT_TRUE(named("chance"));
  EXPECT_TRUE(named("most frequent answer"));
  results["tasks"][1]["majority"] = nullptr;  // the mean of one of two tasks would be another number
  EXPECT_TRUE(named("chance"));
  EXPECT_FALSE(named("most frequent answer"));
  results["tasks"] = nullptr;
  EXPECT_FALSE(named("chance"));
}

TEST(HeldoutSection, BeforeTuningIsFolded) {
  const std::string html = drawn(heldout_section, with_measures({measure("heldout/instructed", 1.0, 2.0, 3.0),
                                                                 measure("heldout/pretrained", 7.0, 8.0, 9.0)}));
  const size_t fold = html.find("<summary>The same before instruction tuning</summary>");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_LT(html.find("<td>1.0</td>"), fold);
  EXPECT_GT(html.find("<td>7.0</td>"), fold);
}

TEST(HeldoutSection, AScoreThatIsNoneIsADashAndNoDot) {
  const std::string html = drawn(
      heldout_section, with_measures(Json::array({measure("suite/exam/direct/instructed", 50.0, nullptr, 60.0)})));
  EXPECT_TRUE(holds(html, "Dense T5, wide</td><td>–</td>"));
  EXPECT_EQ(elements_of(html, "circle").size(), 2u);
  EXPECT_FALSE(holds(html, ">direct</text>"));  // one way of asking needs no key
}

TEST(HeldoutSection, ASuiteHasAPanelWithEveryArmInItsColour) {
  const Json results = with_measures({measure("suite/exam/direct/instructed", 50.0, 40.0, 60.0),
                                      measure("suite/exam/cot/instructed", 20.0, 30.0, 40.0),
                                      measure("suite/q & a/direct/instructed", 50.0, 40.0, 60.0)});
  const View view = read_view(results, "results.json");
  const std::string html = heldout_section(view);
  EXPECT_EQ(contents_of(elements_of(html, "h4")), (std::vector<std::string>{"exam", "q &amp; a"}));
  for (const Arm& arm : view.arms) {
    EXPECT_EQ(elements_with(html, "circle", "fill", arm.colour).size(), 2u) << arm.name;    // direct, in both
    EXPECT_EQ(elements_with(html, "circle", "stroke", arm.colour).size(), 1u) << arm.name;  // chain of thought
  }
  EXPECT_TRUE(holds(html, "<title>Dense T5; chain of thought 20.0 [10.0, 90.0]; direct 50.0 [10.0, 90.0]</title>"));
  EXPECT_TRUE(holds(html, "Whiskers are intervals (by &lt;hand&gt;), cut at the ends"));
}

TEST(HeldoutSection, NoScoreNoSection) {
  EXPECT_EQ(drawn(heldout_section, with_measures(Json::array())), "");
  EXPECT_EQ(
      drawn(heldout_section, with_measures(Json::array({measure("heldout/instructed", nullptr, nullptr, nullptr)}))),
      "");
  EXPECT_EQ(
      drawn(heldout_section, with_measures(Json::array({measure("suite/unlisted/direct/instructed", 1.0, 2.0, 3.0)}))),
      "");
}

TEST(FinetuneSection, SetsAreInTheOrderOfTheMeasures) {
  const std::string html =
      drawn(finetune_section, with_measures({measure("finetune/reading_facts/direct", 60.0, 61.0, 62.0),
                                             measure("finetune/reading_facts/instructed", 70.0, 69.0, 68.0),
                                             measure("finetune/a/instructed", 1.0, 2.0, 3.0),
                                             measure("finetune/mean/instructed", 5.0, 6.0, 4.0)}));
  const std::vector<std::string> heads = heads_of(html);
  ASSERT_EQ(heads.size(), 10u);  // the table and the one with intervals
  EXPECT_EQ(
      std::vector<std::string>(heads.begin(), heads.begin() + 5),
      (std::vector<std::string>{"arm", "mean<br><small>instructed</small>", "reading facts<br><small>direct</small>",
                                "reading facts<br><small>instructed</small>", "a<br><small>instructed</small>"}));
  EXPECT_TRUE(holds(html, "Dense T5</td><td>5.0</td><td>60.0</td><td><b>70.0</b></td><td>1.0</td>"));
  EXPECT_TRUE(holds(html, "Dense T5, wide</td><td><b>6.0</b></td>"));
  expect_well_formed(html);
}

TEST(FinetuneSection, IntervalsAreFolded) {
  const std::string html =
      drawn(finetune_section, with_measures(Json::array({measure("finetune/mean/direct", 50.0, 60.0, 70.0)})));
  const size_t fold = html.find("<summary>With intervals</summary>");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_GT(html.find("50.0 <small>[10.0, 90.0]</small>"), fold);
}

TEST(FinetuneSection, NoSetNoSection) {
  EXPECT_EQ(drawn(finetune_section, with_measures(Json::array())), "");
  EXPECT_EQ(drawn(finetune_section, with_measures(Json::array({measure("heldout/instructed", 1.0, 2.0, 3.0)}))), "");
}

}  // namespace
}  // namespace flanmoe::report
