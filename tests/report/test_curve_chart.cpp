// Lines over tokens: inside their frame, each in its colour and with its name at its end.
#include "report/curve_chart.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "report/markup.h"
#include "report/svg.h"

namespace flanmoe::report {
namespace {

// "M1 2L3 4" -> its pieces, each a list of places.
std::vector<std::vector<std::pair<double, double>>> pieces_of(const std::string& data) {
  std::vector<std::vector<std::pair<double, double>>> pieces;
  for (size_t at = 0; at < data.size();) {
    const size_t end = std::min(data.find_first_of("ML", at + 1), data.size());
    const std::string point = data.substr(at + 1, end - at - 1);
    if (data[at] == 'M') pieces.emplace_back();
    pieces.back().emplace_back(std::stod(point), std::stod(point.substr(point.find(' '))));
    at = end;
  }
  return pieces;
}

std::vector<std::pair<double, double>> line_of(const std::string& svg, const std::string& colour) {
  for (const Element& path : elements_with(svg, "path", "class", "curve")) {
    if (path.at("stroke") != colour) continue;
    const auto pieces = pieces_of(path.at("d"));
    EXPECT_EQ(pieces.size(), 1u);
    return pieces.front();
  }
  return {};
}

// The frame: between the axis below and the grid; heights by the numbers at the left.
struct Frame {
  double left, right, bottom;
  std::vector<std::pair<double, double>> ticks;  // value, y

  explicit Frame(const std::string& svg) {
    const Element axis = elements_with(svg, "line", "class", "zero").front();
    left = axis.number("x1");
    right = axis.number("x2");
    bottom = axis.number("y1");
    for (const Element& tick : elements_with(svg, "text", "class", "tick")) {
      if (tick.at("text-anchor") == "end") ticks.emplace_back(std::stod(tick.content), tick.number("y") - 4.0);
    }
  }
  double value_at(double y) const {
    const auto& [low, first] = ticks.front();
    const auto& [high, last] = ticks.back();
    return low + (y - first) / (last - first) * (high - low);
  }
};

CurveChart two_curves() {
  return {
      "loss of two arms",
      "tokens",
      {{"Dense", "#111111", {{1e5, 3.0}, {2e5, 2.5}, {4e5, 2.0}}}, {"Sparse", "#222222", {{1e5, 2.8}, {4e5, 1.0}}}}};
}

TEST(CurveChart, PointsStandAtTheirValues) {
  const std::string svg = draw_curve_chart(two_curves());
  const Frame frame(svg);
  const auto line = line_of(svg, "#111111");
  ASSERT_EQ(line.size(), 3u);
  const std::vector<std::pair<double, double>> wanted = {{1e5, 3.0}, {2e5, 2.5}, {4e5, 2.0}};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(line[i].first, frame.left + wanted[i].first / 4e5 * (frame.right - frame.left), 0.06);  // from 0 tokens
    EXPECT_NEAR(frame.value_at(line[i].second), wanted[i].second, 0.01);
  }
  EXPECT_NEAR(line.back().first, frame.right, 0.06);
  expect_well_formed(svg);
}

TEST(CurveChart, NumbersOfTheAxesRiseWithinTheFrame) {
  const std::string svg = draw_curve_chart(two_curves());
  const Frame frame(svg);
  ASSERT_GE(frame.ticks.size(), 3u);
  for (size_t i = 0; i < frame.ticks.size(); ++i) {
    EXPECT_GE(frame.ticks[i].second, 8.0);
    EXPECT_LE(frame.ticks[i].second, frame.bottom);
    if (i == 0) continue;
    EXPECT_GT(frame.ticks[i].first, frame.ticks[i - 1].first);
    EXPECT_LT(frame.ticks[i].second, frame.ticks[i - 1].second);  // up
  }
  std::vector<std::string> tokens;
  for (const Element& tick : elements_with(svg, "text", "class", "tick")) {
    if (tick.at("text-anchor") == "middle") tokens.push_back(tick.content);
  }
  EXPECT_EQ(tokens, (std::vector<std::string>{"0", "100\u00a0k", "200\u00a0k", "300\u00a0k", "400\u00a0k"}));
}

TEST(CurveChart, TokensHaveNoNoughtsAtTheEnd) {
  CurveChart chart = two_curves();
  chart.curves[0].points = {{0.0, 1.0}, {2e6, 2.0}};
  const std::string svg = draw_curve_chart(chart);
  for (const char* number : {">500\u00a0k<", ">1\u00a0M<", ">1.5\u00a0M<", ">2\u00a0M<"})
    EXPECT_TRUE(holds(svg, number)) << number;
}

TEST(CurveChart, EveryCurveHasItsColourAndItsNameAtItsEnd) {
  const std::string svg = draw_curve_chart(two_curves());
  const auto names = elements_with(svg, "text", "class", "end");
  EXPECT_EQ(names.size(), 2u);
  for (const Element& name : names) {
    const auto line = line_of(svg, name.at("fill"));
    ASSERT_FALSE(line.empty()) << name.content;
    EXPECT_EQ(name.content, name.at("fill") == "#111111" ? "Dense" : "Sparse");
    EXPECT_GT(name.number("x"), line.back().first);
    EXPECT_NEAR(name.number("y"), line.back().second + 4.0, 0.06);  // far apart: none is pushed
    EXPECT_TRUE(holds(svg, "<title>" + name.content + "</title>"));
  }
}

TEST(CurveChart, NamesNeverTouch) {
  CurveChart chart{"many", "tokens", {}};
  for (int i = 0; i < 12; ++i)
    chart.curves.push_back(
        {"arm " + std::to_string(i), "#1111" + std::to_string(10 + i), {{1.0, 5.0}, {2.0, 1.0 + 0.001 * i}}});
  std::vector<double> heights;
  for (const Element& name : elements_with(draw_curve_chart(chart), "text", "class", "end"))
    heights.push_back(name.number("y"));
  ASSERT_EQ(heights.size(), 12u);
  std::sort(heights.begin(), heights.end());
  for (size_t i = 1; i < heights.size(); ++i) EXPECT_GE(heights[i] - heights[i - 1], 13.0);  // a letter is as high
  EXPECT_GT(heights.front(), 8.0);
  EXPECT_LE(heights.back(), 312.0);
}

TEST(CurveChart, TheSteepStartIsCutAtTheFrame) {
  CurveChart chart{"loss", "tokens", {{"Dense", "#111111", {}}}};
  for (int i = 0; i <= 100; ++i)
    chart.curves[0].points.emplace_back(1000.0 * i, i < 4 ? 100.0 - 20.0 * i : 4.0 - 0.02 * i);
  const std::string whole = draw_curve_chart(chart);
  EXPECT_GT(Frame(whole).ticks.back().first, 50.0);
  EXPECT_EQ(line_of(whole, "#111111").size(), 101u);
  chart.cut_start = true;
  const std::string cut = draw_curve_chart(chart);
  const Frame frame(cut);
  EXPECT_LE(frame.ticks.back().first, 4.0);
  const auto line = line_of(cut, "#111111");
  EXPECT_EQ(line.front().second, 8.0);  // where it crosses the top of the frame
  for (const auto& [x, y] : line) {
    EXPECT_GE(y, 8.0);
    EXPECT_LE(y, frame.bottom);
    EXPECT_GE(x, frame.left);
    EXPECT_LE(x, frame.right + 0.05);
  }
  // Between points 3 and 4: from 40 down to 3.92, the crossing lies just before the latter.
  const double place = (line.front().first - frame.left) / (frame.right - frame.left) * 100.0;
  EXPECT_GT(place, 3.9);
  EXPECT_LT(place, 4.03);  // places are tenths
}

TEST(CurveChart, FewPointsAreMarkedManyAreNot) {
  CurveChart chart{"loss", "tokens", {{"Dense", "#111111", {}}}};
  for (int i = 1; i <= 19; ++i) chart.curves[0].points.emplace_back(i, i);
  const auto dots = elements_of(draw_curve_chart(chart), "circle");
  EXPECT_EQ(dots.size(), 19u);
  for (const Element& dot : dots) EXPECT_EQ(dot.at("fill"), "#111111");
  chart.curves[0].points.emplace_back(20.0, 20.0);
  EXPECT_TRUE(elements_of(draw_curve_chart(chart), "circle").empty());
}

// A run of one, two or three logged steps: every point is there, marked, and inside the frame.
TEST(CurveChart, ShortRunsAreWhole) {
  for (size_t num_points = 1; num_points <= 3; ++num_points) {
    CurveChart chart{"loss", "tokens", {{"Dense", "#111111", {}}, {"Sparse", "#222222", {}}}, true};
    for (size_t i = 0; i < num_points; ++i) {
      const double tokens = 1185.0 * static_cast<double>(i + 1);
      chart.curves[0].points.emplace_back(tokens, 7.31 - 2.0 * static_cast<double>(i));
      chart.curves[1].points.emplace_back(tokens, 7.30 - 0.01 * static_cast<double>(i));
    }
    const std::string svg = draw_curve_chart(chart);
    const Frame frame(svg);
    EXPECT_GE(frame.ticks.size(), 2u) << num_points;
    EXPECT_GT(frame.right - frame.left, 150.0);
    for (const Curve& curve : chart.curves) {
      const auto line = line_of(svg, curve.colour);
      ASSERT_EQ(line.size(), num_points);
      for (size_t i = 0; i < num_points; ++i) {
        EXPECT_NEAR(frame.value_at(line[i].second), curve.points[i].second, 0.02) << num_points;
        EXPECT_GE(line[i].second, 8.0);
        EXPECT_LE(line[i].second, frame.bottom);
      }
    }
    EXPECT_EQ(elements_of(svg, "circle").size(), 2 * num_points);
    expect_well_formed(svg);
  }
}

TEST(CurveChart, NumbersOfTheHeightHaveRoom) {
  CurveChart chart = two_curves();
  chart.curves[0].points = {{1.0, 7.31391}, {2.0, 7.31399}};
  chart.curves.pop_back();
  for (const Element& tick : elements_with(draw_curve_chart(chart), "text", "class", "tick")) {
    if (tick.at("text-anchor") != "end") continue;
    EXPECT_GE(tick.number("x") - text_width(tick.content), 0.0) << tick.content;
  }
}

TEST(CurveChart, ALongNameEndsInsideTheChart) {
  CurveChart chart = two_curves();
  chart.curves[0].label = std::string(60, 'w');
  for (const Element& name : elements_with(draw_curve_chart(chart), "text", "class", "end"))
    EXPECT_LE(name.number("x") + 1.13 * text_width(name.content), kChartWidth + 0.1) << name.content;
}

TEST(CurveChart, NoPointNoChart) {
  EXPECT_EQ(draw_curve_chart({}), "");
  CurveChart chart = two_curves();
  chart.curves[0].points.clear();
  EXPECT_FALSE(holds(draw_curve_chart(chart), "Dense"));  // nor a name without a line
  chart.curves[1].points.clear();
  EXPECT_EQ(draw_curve_chart(chart), "");
}

TEST(CurveChart, AnyFiniteValueHasAPlace) {
  for (const double value : {0.0, 1e-9, -3.0, 1e9, 1e17, -1e300}) {
    const std::string svg = draw_curve_chart({"d", "a", {{"Dense", "#111111", {{0.0, value}, {10.0, value}}}}});
    EXPECT_EQ(line_of(svg, "#111111").size(), 2u) << value;
  }
  EXPECT_FALSE(draw_curve_chart({"d", "a", {{"Dense", "#111111", {{0.0, 1.0}}}}}).empty());
}

TEST(CurveChart, ALineIsBrokenWhereItHasNoValue) {
  const double none = std::nan("");
  const std::vector<std::pair<double, double>> points = {{1.0, none}, {2.0, 5.0}, {3.0, 4.0},
                                                         {4.0, none}, {5.0, 2.0}, {6.0, none}};
  const std::string svg = draw_curve_chart({"d", "a", {{"Dense", "#111111", points}}});
  const auto pieces = pieces_of(elements_with(svg, "path", "class", "curve").at(0).at("d"));
  ASSERT_EQ(pieces.size(), 2u);
  EXPECT_EQ(pieces[0].size(), 2u);
  EXPECT_EQ(pieces[1].size(), 1u);
  EXPECT_EQ(elements_of(svg, "circle").size(), 3u);  // also of a value between two gaps
  EXPECT_EQ(elements_with(svg, "text", "class", "end").at(0).number("y"),
            pieces[1][0].second + 4.0);  // at the last value
  EXPECT_EQ(draw_curve_chart({"d", "a", {{"Dense", "#111111", {{1.0, none}}}}}), "");
}

TEST(CurveChart, TextsAreEscaped) {
  CurveChart chart = two_curves();
  chart.curves[0].label = "<Dense> & co";
  chart.axis = "a < b";
  const std::string svg = draw_curve_chart(chart);
  EXPECT_TRUE(holds(svg, ">&lt;Dense&gt; &amp; co</text>"));
  EXPECT_TRUE(holds(svg, ">a &lt; b</text>"));
  expect_well_formed(svg);
}

}  // namespace
}  // namespace flanmoe::report
