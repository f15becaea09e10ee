// Numbers as a reader wants them, escaping, and the pieces a page is made of.
#include "report/html.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "report/markup.h"

namespace flanmoe::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();

TEST(Html, EscapesTheFiveCharacters) {
  EXPECT_EQ(escape("<a href=\"x\">&'b'</a>"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;b&#39;&lt;/a&gt;");
  EXPECT_EQ(escape("&amp;"), "&amp;amp;");  // text is text, even when it looks escaped
  EXPECT_EQ(escape("− é ▁ plain"), "− é ▁ plain");
  EXPECT_EQ(escape(""), "");
}

TEST(Html, Numbers) {
  EXPECT_EQ(fixed(61.25, 1), "61.2");  // halves to even, as the last bit says
  EXPECT_EQ(fixed(-0.04), "0.0");
  EXPECT_EQ(fixed(-0.0, 2), "0.00");
  EXPECT_EQ(fixed(-1.25, 2), "\u22121.25");
  EXPECT_EQ(fixed(7.0, 0), "7");
  EXPECT_EQ(with_sign(1.25), "+1.2");
  EXPECT_EQ(with_sign(-3.0, 0), "\u22123");
  EXPECT_EQ(with_sign(0.04), "0.0");  // no sign where none is seen
  EXPECT_EQ(percent(0.123), "12.3%");
  EXPECT_EQ(percent(-0.5, 0), "\u221250%");
  EXPECT_EQ(grouped(999.0), "999");
  EXPECT_EQ(grouped(1000.0), "1,000");
  EXPECT_EQ(grouped(1234567.0), "1,234,567");
  EXPECT_EQ(grouped(-1234.0), "\u22121,234");
  EXPECT_EQ(grouped(999999.6), "1,000,000");
}

TEST(Html, LargeNumbersHaveAPrefixAndThreeDigits) {
  EXPECT_EQ(metric(0.0), "0");
  EXPECT_EQ(metric(12.0), "12");
  EXPECT_EQ(metric(1234.0), "1.23\u00a0k");
  EXPECT_EQ(metric(98765.0), "98.8\u00a0k");
  EXPECT_EQ(metric(612345.0), "612\u00a0k");
  EXPECT_EQ(metric(1234567.0), "1.23\u00a0M");
  EXPECT_EQ(metric(-2.5e9), "\u22122.50\u00a0G");
  EXPECT_EQ(bytes(1234567.0), "1.23\u00a0MB");
  EXPECT_EQ(bytes(12.0), "12\u00a0B");
  EXPECT_EQ(bytes(3.0e18), "3000\u00a0PB");  // the last prefix
  // What is rounded to the next thousand has the next prefix, and no more digits than its neighbours.
  EXPECT_EQ(metric(999.6), "1.00\u00a0k");
  EXPECT_EQ(metric(999999.0), "1.00\u00a0M");
  EXPECT_EQ(metric(9999.0), "10.0\u00a0k");
  EXPECT_EQ(metric(99990.0), "100\u00a0k");
  EXPECT_EQ(bytes(999.96e6), "1.00\u00a0GB");
}

TEST(Html, NothingIsADash) {
  for (const std::optional<double>& nothing :
       {std::optional<double>(), std::optional(kNan), std::optional(kInfinity), std::optional(-kInfinity)}) {
    for (const std::string& shown :
         {fixed(nothing), with_sign(nothing), percent(nothing), metric(nothing), bytes(nothing), grouped(nothing)}) {
      EXPECT_EQ(shown, "–");
    }
  }
  EXPECT_EQ(interval_html(std::nullopt), "–");
  EXPECT_EQ(interval_html(Interval{3.0, 3.0, 3.0, "one seed: no interval"}), "3.0");
}

TEST(Html, WordsOfAName) {
  EXPECT_EQ(words("negation_of_scope"), "negation of scope");
  EXPECT_EQ(words("<a_b>"), "&lt;a b&gt;");
}

TEST(Html, DecimalsAreThoseOfTheUnit) {
  for (const char* unit : {"points", "percentage points", "points above chance", "percent", "%"})
    EXPECT_EQ(decimals_for(unit), 1) << unit;
  EXPECT_EQ(decimals_for("nats"), 3);
}

TEST(Html, AnIntervalShowsItsEnds) {
  const Interval interval{61.24, 59.8, 62.55, "b"};
  EXPECT_EQ(interval_html(interval), "61.2 <small>[59.8, 62.5]</small>");
  EXPECT_EQ(interval_html(Interval{-1.0, -2.5, 0.5, ""}, 1, true), "\u22121.0 <small>[\u22122.5, +0.5]</small>");
  EXPECT_EQ(interval_html(Interval{2.1234, 2.0, 2.25, ""}, 3), "2.123 <small>[2.000, 2.250]</small>");
}

TEST(Html, PartsHoldTheirPieces) {
  EXPECT_EQ(section("id", "A & B", ""), "");  // nothing to say, no heading
  const std::string all = section("id", "A & B", "<p>x</p>\n") + details("s < t", "<p>y</p>") +
                          panels({panel("p & q", "<svg></svg>"), panel("r", "<svg></svg>")}, "cap <b>tion</b>");
  EXPECT_TRUE(holds(all, "<section id=\"id\">\n<h2>A &amp; B</h2>\n<p>x</p>\n</section>"));
  EXPECT_TRUE(holds(all, "<details><summary>s &lt; t</summary>\n<p>y</p></details>"));
  EXPECT_EQ(contents_of(elements_of(all, "h4")), (std::vector<std::string>{"p &amp; q", "r"}));
  EXPECT_EQ(elements_with(all, "div", "class", "panel").size(), 2u);
  EXPECT_EQ(contents_of(elements_of(all, "figcaption")), std::vector<std::string>{"cap <b>tion</b>"});
  expect_well_formed(all);
}

TEST(Html, BadgesTellAnswersApartWithoutColour) {
  EXPECT_EQ(answer_badge("yes"), R"(<span class="badge decided">yes</span>)");
  EXPECT_EQ(answer_badge("no"), R"(<span class="badge decided">no</span>)");
  EXPECT_EQ(answer_badge("undecided"), R"(<span class="badge noisy">~ undecided</span>)");
  EXPECT_EQ(answer_badge("equal"), R"(<span class="badge decided">= equal</span>)");
  EXPECT_EQ(badge("yes", "<up>"), R"(<span class="badge yes">&lt;up&gt;</span>)");
}

TEST(HtmlTable, TextsAreLeftNumbersRight) {
  Table table({"arm", "twin", "score"}, 2);
  table.group("one group");
  table.row({"a", "b", "1.0"});
  const std::string html = table.str();
  const auto heads = elements_of(html, "th"), cells = elements_of(html, "td");
  ASSERT_EQ(heads.size(), 3u);
  ASSERT_EQ(cells.size(), 4u);
  EXPECT_EQ(heads[1].at("class"), "left");
  EXPECT_EQ(heads[2].at("class"), "");
  EXPECT_EQ(cells[0].at("colspan"), "3");
  EXPECT_EQ(cells[0].content, "one group");
  EXPECT_EQ(cells[2].at("class"), "left");
  EXPECT_EQ(cells[3].at("class"), "");
  expect_well_formed(html);
}

TEST(HtmlTable, ATableOfOneColumnHasRowsAndNoGroups) {
  Table table({"only"});
  table.row({"x"});
  EXPECT_FALSE(holds(table.str(), "group"));
}

TEST(HtmlTable, MarksTheBestCells) {
  const auto marked = [](const std::vector<std::optional<double>>& values, bool lower_is_better) {
    Table table({"arm", "score"});
    for (size_t i = 0; i < values.size(); ++i) table.row({"arm", std::to_string(i)});
    table.mark_best(1, values, lower_is_better);
    return contents_of(elements_of(table.str(), "b"));
  };
  using Marked = std::vector<std::string>;
  EXPECT_EQ(marked({1.0, 3.0, 2.0}, false), Marked{"1"});
  EXPECT_EQ(marked({1.0, 3.0, 2.0}, true), Marked{"0"});
  EXPECT_EQ(marked({3.0, std::nullopt, 3.0}, false), (Marked{"0", "2"}));  // a tie marks both
  EXPECT_EQ(marked({std::nullopt, std::nullopt}, false), Marked{});
  EXPECT_EQ(marked({5.0}, false), Marked{});  // the best of one says nothing
}

}  // namespace
}  // namespace flanmoe::report
