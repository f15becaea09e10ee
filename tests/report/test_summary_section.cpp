// The head of the page: what was done, with how many seeds, on which data, with which arms.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

TEST(SummarySection, TitleAndNoteAreTexts) {
  Json results = fixture_results();
  results["title"] = "A <b> & c";
  results["note"] = "Made \"here\"";
  const std::string html = drawn(summary_section, results);
  EXPECT_EQ(contents_of(elements_of(html, "h1")), std::vector<std::string>{"A &lt;b&gt; &amp; c"});
  EXPECT_TRUE(holds(html, "Made &quot;here&quot; Every arm was trained 3 times, with seeds 1, 2, 3;"));
  expect_well_formed(html);
}

TEST(SummarySection, SeedsAreCounted) {
  Json results = fixture_results();
  results["note"] = "";
  results["seeds"] = {7, 11};
  EXPECT_TRUE(
      holds(drawn(summary_section, results), "<p class=\"lead\">Every arm was trained 2 times, with seeds 7, 11;"));
  results["seeds"] = {7};
  EXPECT_TRUE(holds(drawn(summary_section, results), "Trained once, with seed 7: <b>one seed"));
  for (const Json& none : {Json(), Json::array()}) {
    results["seeds"] = none;
    EXPECT_FALSE(holds(drawn(summary_section, results), "seeds ;")) << none;
    EXPECT_FALSE(holds(drawn(summary_section, results), "0 times")) << none;
  }
}

TEST(SummarySection, AnInventedWorldIsSaid) {
  Json results = fixture_results();
  const std::string sentence = "The data is a small world that the program makes up itself";
  EXPECT_TRUE(holds(drawn(summary_section, results), sentence));
  results["kind"] = "real";
  EXPECT_FALSE(holds(drawn(summary_section, results), sentence));
}

TEST(SummarySection, DataAndItsCountsAreShown) {
  Json results = fixture_results();
  results["data"] = {{"description", "Facts & tales"},
                     {"counts", {{"facts <all>", 1234567}, {"source", "a \"file\""}, {"odd", {1, 2}}}}};
  const std::string html = drawn(summary_section, results);
  EXPECT_TRUE(holds(html, "<p>Facts &amp; tales</p>"));
  EXPECT_TRUE(holds(html, "<dt>facts &lt;all&gt;</dt><dd>1,234,567</dd>"));
  EXPECT_TRUE(holds(html, "<dt>source</dt><dd>a &quot;file&quot;</dd>"));
  EXPECT_TRUE(holds(html, "<dt>odd</dt><dd>[1,2]</dd>"));
  results["data"] = nullptr;
  EXPECT_FALSE(holds(drawn(summary_section, results), "<dl"));
  results["data"] = {{"description", "d"}, {"counts", Json::object()}};
  EXPECT_FALSE(holds(drawn(summary_section, results), "<dl"));
}

TEST(SummarySection, EveryArmHasACardInItsColour) {
  const Json results = fixture_results();
  const View view = read_view(results, "results.json");
  const auto cards = elements_of(summary_section(view), "li");
  ASSERT_EQ(cards.size(), view.arms.size());
  for (size_t i = 0; i < cards.size(); ++i) {
    EXPECT_EQ(cards[i].at("style"), "border-color:" + view.arms[i].colour);
    EXPECT_TRUE(holds(cards[i].content, "<b>" + view.arms[i].label + "</b>"));
  }
  EXPECT_TRUE(holds(cards[0].content, "612\u00a0k parameters</span>"));  // dense: nothing of experts
  EXPECT_TRUE(holds(cards[0].content, "dense twin of Switch top-1<"));
  EXPECT_TRUE(holds(cards[1].content, "dense twin of GShard top-2, ST-MoE top-2, Expert Choice<"));
  EXPECT_TRUE(holds(cards[2].content, "2.35\u00a0M parameters, 746\u00a0k met by one token; 16 experts, 1 per token"));
  EXPECT_TRUE(holds(cards[2].content, "its dense twin: Dense T5<"));
}

TEST(SummarySection, AnArmWithoutATwinSaysSo) {
  Json results = fixture_results();
  results["arms"][2]["twin"] = "";
  EXPECT_EQ(count_of(drawn(summary_section, results), "compared with none at equal arithmetic"),
            2u);  // it and its dense arm
  results["arms"] = nullptr;
  for (const char* key : {"measures", "tasks", "curves", "routing", "capacity"}) results[key] = nullptr;
  EXPECT_FALSE(holds(drawn(summary_section, results), "<ul"));
}

TEST(SummarySection, WordsAreExplained) {
  const std::string html = drawn(summary_section, fixture_results());
  for (const char* word : {"mixture-of-experts", "experts", "router", "twin", "Instruction tuning", "held-out",
                           "Finetuning", "normalised score", "Chain of thought", "direct"})
    EXPECT_TRUE(holds(html, std::string("<b>") + word + "</b>")) << word;
}

}  // namespace
}  // namespace flanmoe::report
