// The drawing, its scales and its ticks, against numbers worked by hand.
#include "report/svg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "report/markup.h"

namespace flanmoe::report {
namespace {

TEST(Svg, AScaleIsALineThroughItsEnds) {
  const Scale right{10.0, 30.0, 100.0, 200.0};
  EXPECT_DOUBLE_EQ(right(10.0), 100.0);
  EXPECT_DOUBLE_EQ(right(30.0), 200.0);
  EXPECT_DOUBLE_EQ(right(15.0), 125.0);
  EXPECT_DOUBLE_EQ(right(0.0), 50.0);  // outside as well
  const Scale up{0.0, 4.0, 268.0, 8.0};
  EXPECT_DOUBLE_EQ(up(1.0), 203.0);
  const Scale point{3.0, 3.0, 7.0, 9.0};
  EXPECT_DOUBLE_EQ(point(3.0), 7.0);
}

struct TickCase {
  double low, high;
  int count;
  std::vector<double> values;
  int decimals;
};

TEST(Svg, TicksWorkedByHand) {
  for (const TickCase& one : std::vector<TickCase>{{0.0, 10.0, 5, {0, 2, 4, 6, 8, 10}, 0},            // a fifth is 2
                                                   {0.0, 1.0, 5, {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}, 1},  // 0.2
                                                   {-0.3, 1.02, 5, {0.0, 0.5, 1.0}, 1},               // 0.264 -> 0.5
                                                   {23.0, 71.0, 4, {40, 60}, 0},                      // 12 -> 20
                                                   {1.51, 1.58, 5, {1.52, 1.54, 1.56, 1.58}, 2},      // 0.014 -> 0.02
                                                   {0.0, 2.4e6, 4, {0, 1e6, 2e6}, 0},                 // 0.6 M -> 1 M
                                                   {-7.0, -1.0, 3, {-6, -4, -2}, 0}}) {               // 2
    const Ticks ticks = round_ticks(one.low, one.high, one.count);
    ASSERT_EQ(ticks.values.size(), one.values.size()) << one.low << " to " << one.high;
    for (size_t i = 0; i < one.values.size(); ++i)
      EXPECT_NEAR(ticks.values[i], one.values[i], 1e-9 * std::abs(one.high));
    EXPECT_EQ(ticks.decimals, one.decimals) << one.low << " to " << one.high;
  }
}

// step = 1, 2 or 5 times a power of ten?
bool is_round(double step) {
  const double mantissa = step / std::pow(10.0, std::floor(std::log10(step) + 1e-9));
  return std::abs(mantissa - 1.0) < 1e-6 || std::abs(mantissa - 2.0) < 1e-6 || std::abs(mantissa - 5.0) < 1e-6;
}

TEST(Svg, TicksRiseByARoundStepWithinTheRange) {
  for (const double low : {-1234.5, -1.0, 0.0, 0.037, 98.6, 3.1e7}) {
    for (const double width : {1e-3, 0.7, 1.0, 19.0, 250.0, 4.2e8}) {
      for (const int count : {1, 4, 5, 10}) {
        const double high = low + width;
        const Ticks ticks = round_ticks(low, high, count);
        const auto& values = ticks.values;
        EXPECT_LE(values.size(), static_cast<size_t>(count) + 1) << low << " to " << high;
        for (const double value : values) {
          EXPECT_GE(value, low - 1e-8 * width);
          EXPECT_LE(value, high + 1e-8 * width);
        }
        for (size_t i = 1; i < values.size(); ++i) {
          const double step = values[i] - values[i - 1];
          ASSERT_GT(step, 0.0);
          EXPECT_NEAR(step, values[1] - values[0], 1e-6 * step + 1e-9 * std::abs(high));
          EXPECT_TRUE(is_round(step) || std::abs(high) > 1e4 * width)
              << step;  // far from 0 a difference has few digits
        }
        EXPECT_TRUE(count < 4 || !values.empty()) << low << " to " << high;
      }
    }
  }
}

TEST(Svg, TicksNeedARange) {
  EXPECT_THROW(round_ticks(1.0, 1.0, 5), std::logic_error);
  EXPECT_THROW(round_ticks(2.0, 1.0, 5), std::logic_error);
  EXPECT_THROW(round_ticks(0.0, std::nan(""), 5), std::logic_error);
  EXPECT_THROW(round_ticks(0.0, 1.0, 0), std::logic_error);
}

TEST(Svg, EqualValuesGetRoomAroundThem) {
  EXPECT_EQ(room_around(0.0, 1.0), 0.0);
  EXPECT_EQ(room_around(1e9, 2e9), 0.0);
  EXPECT_NEAR(room_around(3.0, 3.0), 0.5, 1e-5);
  EXPECT_NEAR(room_around(-1e12, -1e12), 1e6, 1.0);
  for (const double value : {0.0, -7.0, 1e17, 1e300}) {
    const double room = room_around(value, value);
    EXPECT_FALSE(round_ticks(value - room, value + room, 5).values.empty()) << value;
  }
}

TEST(Svg, ShapesStandWhereTheyWerePut) {
  Svg svg(100.0, 50.5, "what <it> shows");
  svg.line(1.0, 2.04, 3.06, -0.04, R"(class="grid")");
  svg.rect(0.0, 1.5, 20.0, 10.25, R"(fill="#123456")");
  svg.circle(4.0, 5.0, 2.5, R"(fill="none")");
  svg.path("M1 2L3 4", R"(class="curve")");
  const std::string drawn = svg.str();
  EXPECT_TRUE(drawn.starts_with(R"(<svg viewBox="0 0 100 50.5" role="img" aria-label="what &lt;it&gt; shows">)"))
      << drawn;
  EXPECT_TRUE(holds(drawn, R"(<line x1="1" y1="2" x2="3.1" y2="0" class="grid"/>)")) << drawn;  // tenths, no -0
  const auto rects = elements_of(drawn, "rect");
  ASSERT_EQ(rects.size(), 1u);
  EXPECT_EQ(rects[0].number("width"), 20.0);
  EXPECT_EQ(rects[0].at("fill"), "#123456");
  EXPECT_TRUE(holds(drawn, R"(<circle cx="4" cy="5" r="2.5" fill="none"/>)"));
  EXPECT_TRUE(holds(drawn, R"(<path d="M1 2L3 4" class="curve"/>)"));
  expect_well_formed(drawn);
}

TEST(Svg, TextsAndTooltipsAreEscaped) {
  Svg svg(10.0, 10.0, "");
  svg.open_group("a & b");
  svg.text(1.0, 2.0, "x < \"y\"");
  svg.text(1.0, 2.0, "m", Anchor::kMiddle);
  svg.text(1.0, 2.0, "e", Anchor::kEnd, R"(class="tick")");
  svg.close_group();
  const std::string drawn = svg.str();
  EXPECT_TRUE(holds(drawn, "<g><title>a &amp; b</title>"));
  const auto texts = elements_of(drawn, "text");
  ASSERT_EQ(texts.size(), 3u);
  EXPECT_EQ(texts[0].content, "x &lt; &quot;y&quot;");
  EXPECT_EQ(texts[0].at("text-anchor"), "");
  EXPECT_EQ(texts[1].at("text-anchor"), "middle");
  EXPECT_EQ(texts[2].at("text-anchor"), "end");
  EXPECT_EQ(texts[2].at("class"), "tick");
  expect_well_formed(drawn);
}

TEST(Svg, NoPlaceIsNotANumber) {
  Svg svg(10.0, 10.0, "");
  EXPECT_THROW(svg.circle(std::nan(""), 1.0, 1.0, ""), std::logic_error);
  EXPECT_THROW(svg.line(0.0, 0.0, HUGE_VAL, 0.0, ""), std::logic_error);
}

TEST(Svg, WidthCountsLettersNotBytes) {
  EXPECT_EQ(text_width(""), 0.0);
  EXPECT_EQ(text_width("−1.5"), text_width("+1.5"));  // the true minus sign has three bytes
  EXPECT_EQ(text_width("é→x"), 3.0 * text_width("a"));
}

TEST(Svg, ATextIsCutAtALetter) {
  EXPECT_EQ(fitting("short", 100.0), "short");
  EXPECT_EQ(fitting("abcdef", text_width("abcd")), "abc…");
  EXPECT_EQ(fitting("é→éé→é", text_width("abcd")), "é→é…");
  EXPECT_EQ(fitting("ab, cdef", text_width("abcde")), "ab…");  // no comma in front of the dots
  EXPECT_EQ(fitting("abc", 1.0), "…");
}

TEST(Svg, AxisNumbersStandBelowTheirLines) {
  Svg svg(200.0, 100.0, "");
  draw_x_axis(svg, {-1.0, 1.0, 20.0, 180.0}, 5.0, 60.0, "points");
  const std::string drawn = svg.str();
  const auto lines = elements_of(drawn, "line");
  const auto numbers = elements_with(drawn, "text", "class", "tick");
  EXPECT_EQ(contents_of(numbers), (std::vector<std::string>{"−1.0", "−0.5", "0.0", "0.5", "1.0"}));
  ASSERT_EQ(lines.size(), numbers.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].number("x1"), 20.0 + 40.0 * static_cast<double>(i));
    EXPECT_EQ(lines[i].number("x2"), lines[i].number("x1"));
    EXPECT_EQ(numbers[i].number("x"), lines[i].number("x1"));
    EXPECT_EQ(lines[i].number("y1"), 5.0);
    EXPECT_EQ(lines[i].number("y2"), 60.0);
    EXPECT_GT(numbers[i].number("y"), 60.0);
    EXPECT_EQ(lines[i].at("class"), i == 2 ? "zero" : "grid");
  }
  const auto axis = elements_with(drawn, "text", "class", "axis");
  ASSERT_EQ(axis.size(), 1u);
  EXPECT_EQ(axis[0].content, "points");
  EXPECT_EQ(axis[0].number("x"), 100.0);
}

}  // namespace
}  // namespace flanmoe::report
