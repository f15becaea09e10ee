// Rows of dots, whiskers and arrows: what is drawn stands at its value on the drawn axis.
#include "report/row_chart.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/markup.h"
#include "report/svg.h"

namespace flanmoe::report {
namespace {

// A place on the axis as a reader finds it: by the numbers of two ticks.
class DrawnAxis {
 public:
  explicit DrawnAxis(const std::string& svg) {
    for (const Element& tick : elements_with(svg, "text", "class", "tick")) {
      if (tick.at("text-anchor") != "middle") continue;  // the name of a row
      std::string number = tick.content;
      if (number.starts_with("−")) number = "-" + number.substr(std::string("−").size());
      ticks_.emplace_back(std::stod(number), tick.number("x"));
    }
  }
  double value_at(double x) const {
    const auto& [low, left] = ticks_.front();
    const auto& [high, right] = ticks_.back();
    return low + (x - left) / (right - left) * (high - low);
  }
  const std::vector<std::pair<double, double>>& ticks() const { return ticks_; }

 private:
  std::vector<std::pair<double, double>> ticks_;  // value, place
};

Interval interval(double mean, double low, double high) { return {mean, low, high, "b"}; }

RowChart two_arms() {
  RowChart chart;
  chart.description = "two arms";
  chart.axis = "points";
  chart.rows = {{"Dense", "#111111", interval(10.0, 8.0, 12.0), interval(30.0, 24.0, 33.0)},
                {"Sparse", "#222222", interval(5.0, 5.0, 5.0), interval(50.0, 41.0, 60.0)}};
  return chart;
}

std::vector<Element> coloured(const std::string& svg, const std::string& tag, const std::string& colour) {
  std::vector<Element> all = elements_of(svg, tag);
  std::erase_if(all, [&](const Element& one) { return one.at("fill") != colour && one.at("stroke") != colour; });
  return all;
}

void expect_inside(const std::string& svg) {
  const double width = kChartWidth, height = std::stod(svg.substr(svg.find("viewBox=\"0 0 460 ") + 17));
  for (const Element& circle : elements_of(svg, "circle")) {
    EXPECT_GE(circle.number("cx") - circle.number("r"), 0.0);
    EXPECT_LE(circle.number("cx") + circle.number("r"), width);
    EXPECT_LE(circle.number("cy") + circle.number("r"), height);
  }
  for (const Element& line : elements_of(svg, "line")) {
    for (const char* x : {"x1", "x2"}) {
      EXPECT_GE(line.number(x), 0.0);
      EXPECT_LE(line.number(x), width);
    }
    for (const char* y : {"y1", "y2"}) {
      EXPECT_GE(line.number(y), 0.0);
      EXPECT_LE(line.number(y), height);
    }
  }
}

TEST(RowChart, LongNumbersEndInsideTheChart) {
  RowChart chart = two_arms();
  chart.decimals = 3;
  for (ChartRow& row : chart.rows) {
    row.before.reset();
    row.after = interval(-1000.0 - row.after->mean, -1060.0, -1000.0);
  }
  const std::string svg = draw_row_chart(chart);
  const std::vector<Element> values = elements_with(svg, "text", "class", "strong");
  ASSERT_EQ(values.size(), 2u);
  for (const Element& value : values) {
    EXPECT_LE(value.number("x") + 1.13 * text_width(value.content), kChartWidth) << value.content;
  }
}

TEST(RowChart, AxisRisesWithEvenSteps) {
  const DrawnAxis axis(draw_row_chart(two_arms()));
  ASSERT_GE(axis.ticks().size(), 3u);
  for (const auto& [value, place] : axis.ticks()) {
    EXPECT_GE(value, 5.0);  // no number where nothing is drawn
    EXPECT_LE(value, 60.0);
    EXPECT_NEAR(axis.value_at(place), value, 0.05);
  }
  for (size_t i = 1; i < axis.ticks().size(); ++i) {
    EXPECT_GT(axis.ticks()[i].first, axis.ticks()[i - 1].first);
    EXPECT_GT(axis.ticks()[i].second, axis.ticks()[i - 1].second);
  }
}

TEST(RowChart, DotsStandAtTheirMeans) {
  const std::string svg = draw_row_chart(two_arms());
  const DrawnAxis axis(svg);
  for (const auto& [colour, before, after] : {std::tuple("#111111", 10.0, 30.0), std::tuple("#222222", 5.0, 50.0)}) {
    const auto dots = coloured(svg, "circle", colour);
    ASSERT_EQ(dots.size(), 2u);
    EXPECT_EQ(dots[0].at("fill"), "#fff");  // before is hollow
    EXPECT_NEAR(axis.value_at(dots[0].number("cx")), before, 0.05);
    EXPECT_EQ(dots[1].at("fill"), colour);  // after is filled
    EXPECT_NEAR(axis.value_at(dots[1].number("cx")), after, 0.05);
    EXPECT_GT(dots[1].number("cy"), dots[0].number("cy"));  // a line each
  }
  expect_inside(svg);
  expect_well_formed(svg);
}

TEST(RowChart, WhiskersEndAtTheEndsOfTheirIntervals) {
  const std::string svg = draw_row_chart(two_arms());
  const DrawnAxis axis(svg);
  const auto lines = coloured(svg, "line", "#111111");
  ASSERT_EQ(lines.size(), 6u);  // two whiskers of one line and two caps
  for (const auto& [first, low, high] : {std::tuple(0, 8.0, 12.0), std::tuple(3, 24.0, 33.0)}) {
    EXPECT_NEAR(axis.value_at(lines[first].number("x1")), low, 0.05);
    EXPECT_NEAR(axis.value_at(lines[first].number("x2")), high, 0.05);
    EXPECT_EQ(lines[first + 1].number("x1"), lines[first].number("x1"));
    EXPECT_EQ(lines[first + 2].number("x1"), lines[first].number("x2"));
  }
  EXPECT_EQ(coloured(svg, "line", "#222222").size(), 3u);  // a point has no whisker
}

TEST(RowChart, ArrowsHaveBandsInPlaceOfWhiskers) {
  RowChart chart = two_arms();
  chart.arrows = true;
  const std::string svg = draw_row_chart(chart);
  const DrawnAxis axis(svg);
  const auto bands = coloured(svg, "rect", "#111111");
  ASSERT_EQ(bands.size(), 2u);
  for (const auto& [band, low, high] : {std::tuple(bands[0], 8.0, 12.0), std::tuple(bands[1], 24.0, 33.0)}) {
    EXPECT_NEAR(axis.value_at(band.number("x")), low, 0.05);
    EXPECT_NEAR(axis.value_at(band.number("x") + band.number("width")), high, 0.1);
  }
  const auto lines = coloured(svg, "line", "#111111"), dots = coloured(svg, "circle", "#111111");
  ASSERT_EQ(lines.size(), 1u);
  ASSERT_EQ(dots.size(), 2u);
  EXPECT_EQ(lines[0].number("x1"), dots[0].number("cx"));  // from before to after
  EXPECT_EQ(lines[0].number("x2"), dots[1].number("cx"));
  EXPECT_EQ(dots[0].number("cy"), dots[1].number("cy"));
  expect_inside(svg);
}

// "M tip y L back above L back below Z"
bool points_right(const Element& head) {
  const std::string data = head.at("d");
  return std::stod(data.substr(1)) > std::stod(data.substr(data.find('L') + 1));
}

TEST(RowChart, AnArrowPointsToItsAfter) {
  RowChart chart = two_arms();
  chart.arrows = true;
  std::swap(chart.rows[1].before, chart.rows[1].after);
  const std::string svg = draw_row_chart(chart);
  const auto up = coloured(svg, "path", "#111111"), down = coloured(svg, "path", "#222222");
  ASSERT_EQ(up.size(), 1u);
  ASSERT_EQ(down.size(), 1u);
  EXPECT_TRUE(points_right(up[0]));
  EXPECT_FALSE(points_right(down[0]));
}

TEST(RowChart, NumbersStandBesideTheirDots) {
  RowChart chart = two_arms();
  chart.decimals = 2;
  EXPECT_EQ(contents_of(elements_with(draw_row_chart(chart), "text", "class", "value")),
            (std::vector<std::string>{"10.00", "30.00", "5.00", "50.00"}));
  chart.decimals = 1;
  chart.sign = true;
  const std::string svg = draw_row_chart(chart);
  EXPECT_EQ(contents_of(elements_with(svg, "text", "class", "strong")), (std::vector<std::string>{"+30.0", "+50.0"}));
  EXPECT_TRUE(holds(svg, "<title>Dense: +10.0 [+8.0, +12.0]: +30.0 [+24.0, +33.0]</title>"));
  chart.compact = true;  // thin rows have no room for them: their tooltips tell
  EXPECT_TRUE(elements_with(draw_row_chart(chart), "text", "class", "value").empty());
  EXPECT_TRUE(holds(draw_row_chart(chart), "Dense: +10.0"));
}

TEST(RowChart, MissingValuesAreNotDrawn) {
  RowChart chart = two_arms();
  chart.rows[0].before.reset();
  chart.rows.push_back({"Nobody", "#333333", {}, {}});
  for (const bool arrows : {false, true}) {
    chart.arrows = arrows;
    const std::string svg = draw_row_chart(chart);
    EXPECT_EQ(coloured(svg, "circle", "#111111").size(), 1u);
    EXPECT_TRUE(coloured(svg, "circle", "#333333").empty());
    EXPECT_TRUE(coloured(svg, "path", "#111111").empty());  // no way from nowhere
    EXPECT_TRUE(holds(svg, ">Nobody</text>"));
  }
}

TEST(RowChart, LinesStandAtTheirValuesWithTheirNames) {
  RowChart chart = two_arms();
  chart.lines = {{25.0, "chance"}, {66.0, "most frequent <answer>"}};
  const std::string svg = draw_row_chart(chart);
  const DrawnAxis axis(svg);
  const auto lines = elements_with(svg, "line", "class", "reference");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NEAR(axis.value_at(lines[0].number("x1")), 25.0, 0.05);
  EXPECT_NEAR(axis.value_at(lines[1].number("x2")), 66.0, 0.05);  // beyond every interval: the axis reaches it
  const auto names = contents_of(elements_with(svg, "text", "class", "key"));
  EXPECT_EQ(names, (std::vector<std::string>{"chance", "most frequent &lt;answer&gt;"}));
  for (const Element& name : elements_with(svg, "text", "class", "key")) {
    EXPECT_LT(name.number("y"), coloured(svg, "circle", "#111111").front().number("cy"));
  }
  expect_inside(svg);
  expect_well_formed(svg);
}

TEST(RowChart, NoWhiskerLeavesTheScale) {
  RowChart chart = two_arms();
  chart.least = 0.0;
  chart.most = 100.0;
  chart.rows[0].before = interval(3.0, -60.0, 66.0);
  chart.rows[0].after = interval(98.0, 90.0, 180.0);
  for (const bool arrows : {false, true}) {
    chart.arrows = arrows;
    const std::string svg = draw_row_chart(chart);
    const DrawnAxis axis(svg);
    EXPECT_GE(axis.ticks().front().first, 0.0);
    EXPECT_LE(axis.ticks().back().first, 100.0);
    for (const Element& line : coloured(svg, "line", "#111111")) {
      EXPECT_GE(axis.value_at(line.number("x1")), -0.05);
      EXPECT_LE(axis.value_at(line.number("x2")), 100.05);
    }
    EXPECT_TRUE(holds(svg, "3.0 [−60.0, 66.0]"));  // whole in the tooltip
    expect_inside(svg);
  }
  chart.arrows = false;
  EXPECT_EQ(coloured(draw_row_chart(chart), "line", "#111111").size(), 4u);  // two whiskers, one cap each
  // A value beyond the scale is not hidden.
  chart.rows[0].before = interval(-7.0, -9.0, -5.0);
  const std::string svg = draw_row_chart(chart);
  EXPECT_NEAR(DrawnAxis(svg).value_at(coloured(svg, "circle", "#111111").at(0).number("cx")), -7.0, 0.1);
  expect_inside(svg);
}

TEST(RowChart, ARowHasItsBar) {
  RowChart chart = two_arms();
  chart.before_name = "before";
  chart.after_name = "after";
  chart.rows[0].bar = 80.0;
  chart.bar_name = "the <text>";
  const std::string svg = draw_row_chart(chart);
  const DrawnAxis axis(svg);
  const auto bars = elements_with(svg, "line", "class", "bar");
  ASSERT_EQ(bars.size(), 2u);  // the key's and the row's
  EXPECT_NEAR(axis.value_at(bars[1].number("x1")), 80.0, 0.05);
  EXPECT_EQ(contents_of(elements_with(svg, "text", "class", "key")),
            (std::vector<std::string>{"before", "after", "the &lt;text&gt;"}));
  EXPECT_TRUE(holds(svg, "; the &lt;text&gt; 80.0</title>"));
  expect_inside(svg);
  chart.rows[0].bar = 1.0;  // below every value: the axis reaches it
  const std::string low = draw_row_chart(chart);
  EXPECT_NEAR(DrawnAxis(low).value_at(elements_with(low, "line", "class", "bar").at(1).number("x1")), 1.0, 0.05);
  expect_inside(low);
}

TEST(RowChart, LongNamesOfThinRowsHaveRoom) {
  RowChart chart = two_arms();
  chart.compact = true;
  for (const char* name : {"function words", "a name that is too long for any chart to show"}) {
    chart.rows[0].label = name;
    for (const Element& label : elements_with(draw_row_chart(chart), "text", "class", "tick")) {
      if (label.at("text-anchor") != "end") continue;  // a number of the axis
      EXPECT_LE(text_width(label.content), label.number("x")) << label.content;
    }
  }
}

TEST(RowChart, ALongLabelIsCutAndWholeInItsTooltip) {
  RowChart chart = two_arms();
  const std::string label(90, 'w');
  chart.rows[0].label = label;
  const std::string svg = draw_row_chart(chart);
  const auto labels = elements_with(svg, "text", "class", "label");
  EXPECT_TRUE(labels[0].content.ends_with("…"));
  EXPECT_LE(text_width(labels[0].content), kChartWidth);
  EXPECT_EQ(labels[1].content, "Sparse");
  EXPECT_TRUE(holds(svg, "<title>" + label));
}

TEST(RowChart, NothingIsNoChart) {
  EXPECT_EQ(draw_row_chart({}), "");
  RowChart chart;
  chart.rows = {{"Dense", "#111111", {}, {}}, {"Heading", "#111111", {}, {}, true}};
  EXPECT_EQ(draw_row_chart(chart), "");
}

TEST(RowChart, TheAxisReachesZeroWhenItShould) {
  RowChart chart = two_arms();
  const auto has_zero = [&] { return !elements_with(draw_row_chart(chart), "line", "class", "zero").empty(); };
  EXPECT_FALSE(has_zero());
  chart.with_zero = true;
  EXPECT_TRUE(has_zero());
  for (ChartRow& row : chart.rows) row.before = row.after = interval(-4.0, -5.0, -3.0);
  EXPECT_TRUE(has_zero());
  for (ChartRow& row : chart.rows) row.before = row.after = interval(0.0, 0.0, 0.0);
  EXPECT_TRUE(has_zero());
}

TEST(RowChart, TheKeyNamesBothDots) {
  RowChart chart = two_arms();
  EXPECT_TRUE(elements_with(draw_row_chart(chart), "text", "class", "key").empty());
  chart.before_name = "chain of thought";
  chart.after_name = "direct";
  std::string svg = draw_row_chart(chart);
  EXPECT_EQ(contents_of(elements_with(svg, "text", "class", "key")),
            (std::vector<std::string>{"chain of thought", "direct"}));
  EXPECT_TRUE(holds(svg, "<title>Dense; chain of thought 10.0 [8.0, 12.0]; direct 30.0 [24.0, 33.0]</title>"));
  chart.arrows = true;
  svg = draw_row_chart(chart);
  EXPECT_EQ(contents_of(elements_with(svg, "text", "class", "key")),
            (std::vector<std::string>{"chain of thought", "→", "direct"}));
}

TEST(RowChart, RowsFollowEachOtherDownThePage) {
  RowChart chart = two_arms();
  chart.rows.insert(chart.rows.begin(), {"Group", "#555555", {}, {}, true});
  for (const bool compact : {false, true}) {
    chart.compact = compact;
    const std::string svg = draw_row_chart(chart);
    double last = -1.0;
    for (const char* label : {"Group", "Dense", "Sparse"}) {
      for (const Element& text : elements_of(svg, "text")) {
        if (text.content != label) continue;
        EXPECT_GT(text.number("y"), last) << label;
        last = text.number("y");
      }
    }
    EXPECT_GT(last, 0.0);
    expect_inside(svg);
  }
}

TEST(RowChart, DotsStandBelowTheirLabelAndAboveTheNext) {
  for (const bool arrows : {false, true}) {
    RowChart chart = two_arms();
    chart.arrows = arrows;
    const std::string svg = draw_row_chart(chart);
    const auto labels = elements_with(svg, "text", "class", "label");
    ASSERT_EQ(labels.size(), 2u);
    const double axis = elements_with(svg, "line", "class", "grid").at(0).number("y2");
    for (size_t i = 0; i < 2; ++i) {
      for (const Element& dot : coloured(svg, "circle", chart.rows[i].colour)) {
        EXPECT_GT(dot.number("cy") - dot.number("r"), labels[i].number("y"));
        EXPECT_LT(dot.number("cy") + dot.number("r"), i == 0 ? labels[1].number("y") - 8.0 : axis);
      }
    }
  }
}

TEST(RowChart, TextsAreEscaped) {
  RowChart chart = two_arms();
  chart.description = "a < b";
  chart.rows[0].label = "<b> & \"c\"";
  const std::string svg = draw_row_chart(chart);
  EXPECT_TRUE(holds(svg, "aria-label=\"a &lt; b\""));
  EXPECT_TRUE(holds(svg, ">&lt;b&gt; &amp; &quot;c&quot;</text>"));
  expect_well_formed(svg);
}

TEST(RowChart, AnyFiniteValueHasAPlace) {
  for (const double value : {0.0, 1e-9, -3.0, 1e9, 1e17, -1e300}) {
    RowChart chart = two_arms();
    for (ChartRow& row : chart.rows) row.before = row.after = interval(value, value, value);
    const std::string svg = draw_row_chart(chart);
    EXPECT_EQ(coloured(svg, "circle", "#111111").size(), 2u) << value;
    expect_inside(svg);
  }
}

}  // namespace
}  // namespace flanmoe::report
