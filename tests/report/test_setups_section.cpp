// The three set-ups, gains and differences: the numbers of the file.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

Json interval(double mean, double half, const std::string& basis) {
  return {{"mean", mean}, {"low", mean - half}, {"high", mean + half}, {"basis", basis}};
}

Json measure(const std::string& id, const std::string& unit, const Json& arms, const Json& differences) {
  return {{"id", id}, {"label", "Label <" + id + ">"}, {"unit", unit}, {"arms", arms}, {"differences", differences}};
}

Json scores(double dense, double sparse, const std::string& basis = "over seeds") {
  return {{{"arm", "dense"}, {"values", {dense}}, {"interval", interval(dense, 1.0, basis)}},
          {{"arm", "switch"}, {"values", {sparse}}, {"interval", interval(sparse, 2.0, basis)}}};
}

Json difference(double mean, double half) {
  return Json::array({{{"arm", "switch"},
                       {"twin", "dense"},
                       {"values", {mean - half, mean + half}},
                       {"interval", interval(mean, half, "paired")}}});
}

Json with_measures(const Json& measures) {
  Json results = fixture_results({2, 1, false});
  results["measures"] = measures;
  return results;
}

const Json kNone = Json::array();

TEST(SetupsSection, ArrowsGoFromWithoutTuningToWithIt) {
  const std::string html =
      drawn(setups_section, with_measures({measure("heldout/pretrained", "points", scores(1.0, 2.0), kNone),
                                           measure("heldout/instructed", "points", scores(10.0, 20.0), kNone),
                                           measure("finetune/mean/direct", "percent", scores(50.0, 40.0), kNone),
                                           measure("finetune/mean/instructed", "percent", scores(60.0, 70.0), kNone)}));
  EXPECT_TRUE(
      holds(html, "<title>Dense T5; pre-trained only 1.0 [0.0, 2.0]; instruction-tuned 10.0 [9.0, 11.0]</title>"));
  EXPECT_TRUE(holds(html,
                    "<title>Switch top-1; finetuned directly 40.0 [38.0, 42.0]; instruction-tuned, then finetuned 70.0 "
                    "[68.0, 72.0]</title>"));
  EXPECT_EQ(elements_of(html, "svg").size(), 2u);
  EXPECT_TRUE(holds(html, "shaded bands are intervals (over seeds)"));
  EXPECT_FALSE(holds(html, "Sparse against dense"));  // no difference in the file
  expect_well_formed(html);
}

TEST(SetupsSection, EveryArmWithAScoreIsInItsColour) {
  const Json results = fixture_results();
  const View view = read_view(results, "results.json");
  const std::string html = setups_section(view);
  for (const Arm& arm : view.arms) {
    // Two set-ups and two gains; sparse arms also in four panels of differences.
    EXPECT_EQ(elements_with(html, "circle", "fill", arm.colour).size(), arm.sparse ? 8u : 4u) << arm.name;
    EXPECT_EQ(elements_with(html, "circle", "stroke", arm.colour).size(), 2u) << arm.name;
  }
}

TEST(SetupsSection, GainsHaveASignAndReachZero) {
  const std::string html =
      drawn(setups_section,
            with_measures(Json::array({measure("gain/heldout", "points", scores(5.0, 12.0, "a & b"), kNone)})));
  EXPECT_TRUE(holds(html, "<title>Switch top-1: +12.0 [+10.0, +14.0]</title>"));
  EXPECT_EQ(elements_with(html, "line", "class", "zero").size(), 1u);
  EXPECT_TRUE(holds(html, "its interval (a &amp; b)"));
}

TEST(SetupsSection, DifferencesNameBothArms) {
  const std::string html = drawn(
      setups_section,
      with_measures(Json::array({measure("heldout/instructed", "points", scores(10.0, 13.0), difference(3.0, 1.5))})));
  EXPECT_TRUE(holds(html, "<title>Switch top-1 − Dense T5: +3.0 [+1.5, +4.5]</title>"));
  EXPECT_TRUE(holds(html, "<td>+3.0 <small>[+1.5, +4.5]</small></td>"));
  EXPECT_TRUE(holds(html, "<td><small>+1.5 +4.5</small></td>"));  // by seed
  EXPECT_TRUE(holds(html, "whiskers (paired)"));
  EXPECT_TRUE(holds(html, "Label &lt;heldout/instructed&gt; <small>points</small>"));
}

TEST(SetupsSection, LossesHaveThreeDecimals) {
  const std::string html = drawn(
      setups_section, with_measures({measure("heldout/instructed", "points", scores(1.0, 1.0), difference(0.0, 1.0)),
                                     measure("loss/pretrain", "nats", scores(2.0, 1.9), difference(-0.125, 0.0625))}));
  EXPECT_TRUE(holds(html, "\u22120.125 <small>[\u22120.188, \u22120.062]</small>"));
  EXPECT_TRUE(holds(html, "<small>nats, lower is better</small>"));
}

TEST(SetupsSection, AnArmWithoutAScoreHasNoRow) {
  Json some = scores(10.0, 20.0);
  some[0]["interval"]["mean"] = nullptr;
  const std::string html =
      drawn(setups_section, with_measures(Json::array({measure("heldout/instructed", "points", some, kNone)})));
  EXPECT_FALSE(holds(html, ">Dense T5</text>"));
  EXPECT_TRUE(holds(html, ">Switch top-1</text>"));
}

TEST(SetupsSection, NoScoreNoSection) {
  EXPECT_EQ(drawn(setups_section, with_measures(kNone)), "");
  EXPECT_EQ(
      drawn(setups_section,
            with_measures(Json::array({measure("suite/exam/direct/instructed", "percent", scores(1.0, 2.0), kNone)}))),
      "");
}

}  // namespace
}  // namespace flanmoe::report
