// Cells of a heat map: in their places, darker for more.
#include "report/heat_map.h"

#include <gtest/gtest.h>

#include "report/markup.h"
#include "report/svg.h"

namespace flanmoe::report {
namespace {

// Sum of the three channels of #rrggbb.
int brightness(const std::string& colour) {
  EXPECT_EQ(colour.size(), 7u) << colour;
  int sum = 0;
  for (const size_t at : {1, 3, 5}) sum += std::stoi(colour.substr(at, 2), nullptr, 16);
  return sum;
}

TEST(HeatMap, MoreIsDarker) {
  int last = 3 * 256;
  for (int i = 0; i <= 20; ++i) {
    const int now = brightness(heat_colour(0.02 * i, 0.4));
    EXPECT_LT(now, last) << i;
    last = now;
  }
  EXPECT_GT(brightness(heat_colour(0.0, 0.4)), 3 * 240);  // as good as white
  EXPECT_LT(last, 3 * 80);                                // dark
  EXPECT_EQ(heat_colour(0.0, 0.4), heat_colour(-1.0, 0.4));
  EXPECT_EQ(heat_colour(0.4, 0.4), heat_colour(0.9, 0.4));  // `most` or more
  EXPECT_EQ(heat_colour(0.1, 0.2), heat_colour(0.3, 0.6));  // by the share of the most alone
  EXPECT_EQ(heat_colour(0.0, 0.0), heat_colour(0.0, 1.0));
}

HeatMap two_by_three() {
  return {"who takes what", {"digits", "content & more"}, {{0.5, 0.25, 0.25}, {0.0, 0.875, 0.125}}};
}

TEST(HeatMap, EveryShareHasItsCell) {
  const HeatMap map = two_by_three();
  const std::string svg = draw_heat_map(map);
  const auto cells = elements_of(svg, "rect");
  ASSERT_EQ(cells.size(), 6u);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(cells[i].at("fill"), heat_colour(map.shares[i / 3][i % 3], 0.875));
    EXPECT_EQ(cells[i].number("x"), cells[i % 3].number("x"));
    EXPECT_EQ(cells[i].number("y"), cells[i / 3 * 3].number("y"));
    EXPECT_LE(cells[i].number("x") + cells[i].number("width"), kChartWidth);
    if (i % 3 == 0) continue;
    EXPECT_GE(cells[i].number("x"), cells[i - 1].number("x") + cells[i - 1].number("width"));
  }
  EXPECT_GE(cells[3].number("y"), cells[0].number("y") + cells[0].number("height"));
  expect_well_formed(svg);
}

TEST(HeatMap, SaysItsNumbersToo) {
  const std::string svg = draw_heat_map(two_by_three());
  EXPECT_TRUE(holds(svg, "<title>digits, expert 1: 25.0%</title>"));
  EXPECT_TRUE(holds(svg, "<title>content &amp; more, expert 1: 87.5%</title>"));
  EXPECT_TRUE(holds(svg, "darkest cell: 87.5%"));
  EXPECT_TRUE(holds(svg, "aria-label=\"who takes what\""));
  const auto texts = contents_of(elements_with(svg, "text", "class", "tick"));
  EXPECT_EQ(texts, (std::vector<std::string>{"digits", "content &amp; more", "0", "1", "2"}));
}

TEST(HeatMap, ManyExpertsFitAndTheirNumbersDoNotTouch) {
  for (const size_t num_experts : {1, 7, 40, 41, 128, 512}) {
    const HeatMap map{"d", {"row"}, {std::vector<double>(num_experts, 1.0 / static_cast<double>(num_experts))}};
    const std::string svg = draw_heat_map(map);
    const auto cells = elements_of(svg, "rect");
    ASSERT_EQ(cells.size(), num_experts);
    for (const Element& cell : cells) EXPECT_LE(cell.number("x") + cell.number("width"), kChartWidth + 0.1);
    double last = 0.0;
    for (const Element& number : elements_with(svg, "text", "text-anchor", "middle")) {
      if (number.at("class") != "tick") continue;
      EXPECT_GE(number.number("x") - last, text_width("99")) << num_experts;
      last = number.number("x");
    }
  }
}

TEST(HeatMap, NothingIsNoMap) {
  EXPECT_EQ(draw_heat_map({}), "");
  EXPECT_EQ(draw_heat_map({"d", {"row"}, {{}}}), "");
  EXPECT_FALSE(draw_heat_map({"d", {"row"}, {{0.0, 0.0}}}).empty());  // no token, but experts
}

}  // namespace
}  // namespace flanmoe::report
