// Models asked again under other settings: a panel for each, against what it is compared with, before and after tuning.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/markup.h"
#include "report/report.h"

namespace flanmoe::report {
namespace {

Json score(const std::string& arm, double mean, double half) {
  return {{"arm", arm},
          {"values", Json::array()},
          {"interval", {{"mean", mean}, {"low", mean - half}, {"high", mean + half}, {"basis", "by <hand>"}}}};
}

Json measure(const std::string& id, const Json& arms) {
  return {{"id", id}, {"label", id}, {"unit", "points"}, {"arms", arms}, {"differences", Json::array()}};
}

Json results_by_hand() {
  Json results = fixture_results({2, 2, false});
  results["evaluations"] = {{{"name", "half"}, {"label", "factor <0.5>"}, {"over", ""}},
                            {{"name", "none"}, {"label", "no limit"}, {"over", "half"}}};
  results["measures"] = {measure("evaluated/half/pretrained", Json::array({score("switch", 3.0, 1.0)})),
                         measure("evaluated/half/instructed", {score("switch", 20.0, 2.0), score("gshard", 25.0, 2.0)}),
                         measure("evaluated/none/instructed", Json::array({score("switch", 21.0, 2.0)})),
                         measure("effect/half/pretrained", Json::array({score("switch", -1.0, 1.5)})),
                         measure("effect/half/instructed", {score("switch", -6.0, 1.5), score("gshard", 0.5, 0.5)}),
                         measure("effect/none/instructed", Json::array({score("switch", 1.0, 0.25)}))};
  return results;
}

TEST(EvaluationsSection, EachHasAPanelWithItsEffects) {
  const std::string html = drawn(evaluations_section, results_by_hand());
  EXPECT_EQ(contents_of(elements_of(html, "h4")), (std::vector<std::string>{"factor &lt;0.5&gt;", "no limit"}));
  EXPECT_TRUE(holds(html,
                    "<title>Switch top-1; pre-trained only \u22121.0 [\u22122.5, +0.5]; instruction-tuned \u22126.0 "
                    "[\u22127.5, \u22124.5]</title>"));
  EXPECT_TRUE(holds(html, "<title>GShard top-2; instruction-tuned +0.5 [0.0, +1.0]</title>"));
  const auto axes = contents_of(elements_with(html, "text", "class", "axis"));
  EXPECT_EQ(axes, (std::vector<std::string>{"score minus that under the arm&#39;s own settings, points",
                                            "score minus that under “factor &lt;0.5&gt;”, points"}));
  EXPECT_TRUE(holds(html, "intervals (by &lt;hand&gt;)"));
  expect_well_formed(html);
}

TEST(EvaluationsSection, SaysHowManyAreSureAndTheLargest) {
  EXPECT_TRUE(holds(drawn(evaluations_section, results_by_hand()),
                    "the interval of the effect leaves out zero in 2 of 3, and the largest effect is \u22126.0 points: "
                    "Switch top-1 under “factor &lt;0.5&gt;”."));
}

TEST(EvaluationsSection, ScoresStandBesideTheirEffects) {
  const std::string html = drawn(evaluations_section, results_by_hand());
  EXPECT_TRUE(
      holds(html,
            "<td>3.0 <small>[2.0, 4.0]</small></td><td>\u22121.0 <small>[\u22122.5, +0.5]</small></td>"
            "<td>20.0 <small>[18.0, 22.0]</small></td><td>\u22126.0 <small>[\u22127.5, \u22124.5]</small></td>"));
  EXPECT_TRUE(holds(html, "<td>–</td><td>–</td><td>25.0 <small>[23.0, 27.0]</small></td>"));
  EXPECT_TRUE(holds(html, "no limit <small>against “factor &lt;0.5&gt;”</small>"));
}

// Files that do not say the labels show the names.
TEST(EvaluationsSection, WithoutLabelsNamesAreShown) {
  Json results = results_by_hand();
  results.erase("evaluations");
  EXPECT_EQ(contents_of(elements_of(drawn(evaluations_section, results), "h4")),
            (std::vector<std::string>{"half", "none"}));
}

TEST(EvaluationsSection, StandsInPlaceOfTheOlderTable) {
  EXPECT_EQ(drawn(evaluations_section, fixture_results()), "");
  EXPECT_TRUE(holds(render_report(fixture_results()), "<h2>Room for the experts</h2>"));
  Json results = fixture_results();
  const Json by_hand = results_by_hand();
  for (const Json& measure : by_hand["measures"]) results["measures"].push_back(measure);
  const std::string html = render_report(results);
  EXPECT_FALSE(holds(html, "<h2>Room for the experts</h2>"));
  EXPECT_TRUE(holds(html, "<h2>Asked again under other settings</h2>"));
}

}  // namespace
}  // namespace flanmoe::report
