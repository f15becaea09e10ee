// A card per question: its answer, its sentence, what it rests on.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/html.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

Json part(const std::string& label, const Json& mean, const std::string& basis) {
  return {{"label", label}, {"interval", {{"mean", mean}, {"low", -1.5}, {"high", 4.5}, {"basis", basis}}}};
}

Json results_with(const Json& verdicts) {
  Json results = fixture_results();
  results["verdicts"] = verdicts;
  return results;
}

Json verdict(const std::string& answer, const Json& parts) {
  return {
      {"id", "x"}, {"question", "Is a < b?"}, {"answer", answer}, {"text", "It is by +1.5 & more."}, {"parts", parts}};
}

TEST(VerdictSection, ACardForEveryVerdictInOrder) {
  const std::string html = drawn(verdict_section, fixture_results());
  const auto questions = contents_of(elements_of(html, "h3"));
  ASSERT_EQ(questions.size(), 3u);
  EXPECT_TRUE(questions[1].starts_with("Does instruction tuning help"));
  std::vector<std::string> kinds;
  for (const Element& card : elements_with(html, "article", "class", "card")) kinds.push_back(card.at("class"));
  EXPECT_EQ(kinds, (std::vector<std::string>{"card noisy", "card agrees", "card decided"}));
  expect_well_formed(html);
}

TEST(VerdictSection, SaysQuestionAnswerAndSentence) {
  const std::string html = drawn(verdict_section, results_with(Json::array({verdict("yes", Json::array())})));
  EXPECT_TRUE(holds(html, "<h3>Is a &lt; b?</h3>"));
  EXPECT_TRUE(holds(html, "<p class=\"answer\">" + answer_badge("yes") + " </p>"));
  EXPECT_TRUE(holds(html, "<p>It is by +1.5 &amp; more.</p>"));
  EXPECT_FALSE(holds(html, "it rests on"));  // on nothing
}

TEST(VerdictSection, ComparisonsHaveTheirIntervalsAndBases) {
  const Json parts = {part("A <against> B", 1.5, "95% over seeds"), part("C against D", 2.0, "95% over seeds"),
                      part("E against F", nullptr, "")};
  const std::string html = drawn(verdict_section, results_with(Json::array({verdict("no", parts)})));
  EXPECT_TRUE(holds(html, "<summary>The comparisons it rests on</summary>"));
  EXPECT_TRUE(holds(html, "<td class=\"left\">A &lt;against&gt; B</td><td>+1.5 <small>[\u22121.5, +4.5]</small></td>"));
  EXPECT_TRUE(holds(html, "<td class=\"left\">E against F</td><td>–</td>"));
  EXPECT_TRUE(holds(html, "In brackets: 95% over seeds."));  // once
  expect_well_formed(html);
}

TEST(VerdictSection, OneComparisonIsOne) {
  const std::string html =
      drawn(verdict_section, results_with(Json::array({verdict("no", Json::array({part("A against B", 1.5, "b")}))})));
  EXPECT_TRUE(holds(html, "<summary>The comparison it rests on</summary>"));
}

TEST(VerdictSection, NoIntervalNoBrackets) {
  const std::string html = drawn(
      verdict_section, results_with(Json::array({verdict("no", Json::array({part("A against B", nullptr, "")}))})));
  EXPECT_TRUE(holds(html, "A against B"));
  EXPECT_FALSE(holds(html, "In brackets"));
}

TEST(VerdictSection, SaysWhatThePaperSays) {
  Json one = verdict("yes", Json::array());
  one["agreement"] = "disagrees";
  one["expected"] = "no";
  one["paper"] = "It is < b.";
  one["primary"] = false;
  const std::string html = drawn(verdict_section, results_with(Json::array({one})));
  EXPECT_TRUE(holds(html, answer_badge("yes") + " <span class=\"badge disagrees\">≠ disagrees with the paper</span>"));
  EXPECT_TRUE(holds(html, "The paper: <b>no</b>. It is &lt; b."));
  EXPECT_TRUE(holds(html, "Outside the family"));
  EXPECT_FALSE(holds(drawn(verdict_section, results_with(Json::array({verdict("yes", Json::array())}))), "paper"));
}

TEST(VerdictSection, NoVerdictNoSection) {
  EXPECT_EQ(drawn(verdict_section, results_with(Json::array())), "");
  EXPECT_EQ(drawn(verdict_section, results_with(nullptr)), "");
}

}  // namespace
}  // namespace flanmoe::report
