// Learning curves: means over seeds by hand, gaps where there is no value.
#include <gtest/gtest.h>

#include "report/curve_chart.h"
#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

Json point(int step, const Json& loss) { return {{"step", step}, {"tokens", 1000 * step}, {"train/loss", loss}}; }

Json curve(const std::string& arm, int seed, const std::string& phase, const Json& points) {
  return {{"arm", arm}, {"seed", seed}, {"phase", phase}, {"points", points}};
}

Json with_curves(const Json& curves, int num_seeds = 2) {
  Json results = fixture_results({num_seeds, 1, false});
  results["curves"] = curves;
  return results;
}

constexpr const char* kDense = "#3f3f3f";

// The line of the first dense arm in the chart of these points.
std::string line_through(const std::vector<std::pair<double, double>>& points) {
  const std::string svg = draw_curve_chart({"d", "a", {{"Dense T5", kDense, points}}, true});
  return elements_with(svg, "path", "class", "curve").at(0).at("d");
}

std::vector<std::string> lines_of(const std::string& html, const std::string& colour) {
  std::vector<std::string> lines;
  for (const Element& path : elements_with(html, "path", "class", "curve")) {
    if (path.at("stroke") == colour) lines.push_back(path.at("d"));
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(CurvesSection, ALineIsTheMeanOverSeeds) {
  const std::string html = drawn(
      curves_section, with_curves({curve("dense", 1, "pretrain", {point(1, 4.0), point(2, 3.0), point(4, 1.0)}),
                                   curve("dense", 2, "pretrain", {point(1, 5.0), point(2, 2.0), point(4, 0.5)})}));
  EXPECT_EQ(lines_of(html, kDense), Lines{line_through({{1000, 4.5}, {2000, 2.5}, {4000, 0.75}})});
  EXPECT_TRUE(holds(html, "Lines are means over 2 seeds."));
  EXPECT_FALSE(holds(html, "gap"));
}

TEST(CurvesSection, PhasesAndKeysHaveTheirOwnPanels) {
  Json with_score = point(2, 2.0);
  with_score["eval/normalised_average"] = 7.0;
  const std::string html =
      drawn(curves_section, with_curves(Json::array({curve("dense", 1, "instruct", {point(1, 3.0), with_score})}), 1));
  EXPECT_EQ(contents_of(elements_of(html, "h4")),
            (Lines{"Instruction tuning loss", "Held-out score while instruction tuning"}));
  EXPECT_EQ(lines_of(html, kDense), (Lines{line_through({{1000, 3.0}, {2000, 2.0}}), line_through({{2000, 7.0}})}));
  EXPECT_TRUE(holds(html, "One seed."));
  expect_well_formed(html);
}

TEST(CurvesSection, EveryArmIsInItsColourInEveryPanel) {
  const Json results = fixture_results();
  const View view = read_view(results, "results.json");
  const std::string html = curves_section(view);
  EXPECT_EQ(elements_of(html, "svg").size(), 4u);
  for (const Arm& arm : view.arms) {
    EXPECT_EQ(lines_of(html, arm.colour).size(), 4u) << arm.name;
    size_t names = 0;
    for (const Element& name : elements_with(html, "text", "class", "end"))
      names += name.content == arm.label && name.at("fill") == arm.colour ? 1 : 0;
    EXPECT_EQ(names, 4u) << arm.name;
  }
}

TEST(CurvesSection, AStepWithoutAValueIsAGapAndSaidSo) {
  const std::string html = drawn(
      curves_section,
      with_curves(Json::array({curve("dense", 1, "pretrain",
                                     {point(1, 4.0), point(2, 3.5), point(3, nullptr), point(4, 2.0), point(5, 1.0)})}),
                  1));
  const Lines lines = lines_of(html, kDense);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(count_of(lines[0], "M"), 2u);
  EXPECT_EQ(count_of(lines[0], "L"), 2u);
  EXPECT_TRUE(holds(html, "gap"));
}

TEST(CurvesSection, AMeanIsOfEverySeedOrOfNone) {
  const std::string html = drawn(
      curves_section,
      with_curves({curve("dense", 1, "pretrain", {point(1, 4.0), point(2, 3.0), point(3, 2.0), point(4, 1.0)}),
                   curve("dense", 2, "pretrain", {point(1, 5.0), point(2, 2.0), point(3, nullptr), point(4, 0.5)})}));
  const Lines lines = lines_of(html, kDense);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(count_of(lines[0], "M") + count_of(lines[0], "L"), 3u);  // not the one seed's 2.0 at step 3
  EXPECT_TRUE(holds(html, "gap"));
}

TEST(CurvesSection, LongRunsAreThinnedAndKeepTheirEnd) {
  Json points = Json::array();
  for (int step = 1; step <= 1000; ++step) points.push_back(point(step, step % 2 == 0 ? 1.0 : 2.0));
  points.back()["train/loss"] = 5.0;
  const Lines lines =
      lines_of(drawn(curves_section, with_curves(Json::array({curve("dense", 1, "pretrain", points)}), 1)), kDense);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_LE(count_of(lines[0], "L"), 241u);  // more than a chart has room for say nothing
  EXPECT_GE(count_of(lines[0], "L"), 120u);
  const std::string end = line_through({{1000, 1.0}, {1e6, 5.0}});
  EXPECT_TRUE(lines[0].ends_with(end.substr(end.find('L')))) << lines[0].substr(lines[0].size() - 30);
}

TEST(CurvesSection, NoPointNoSection) {
  EXPECT_EQ(drawn(curves_section, with_curves(nullptr)), "");
  EXPECT_EQ(drawn(curves_section, with_curves(Json::array({curve("dense", 1, "pretrain", Json::array())}))), "");
  EXPECT_EQ(drawn(curves_section,
                  with_curves(Json::array({curve("dense", 1, "pretrain", Json::array({point(1, nullptr)}))}))),
            "");
}

}  // namespace
}  // namespace flanmoe::report
