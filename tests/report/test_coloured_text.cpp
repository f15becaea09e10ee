// A text coloured by its experts: every token once, in order, with the number of its expert for eyes that see no
// colour.
#include <gtest/gtest.h>

#include <set>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

Json token(const std::string& piece, int expert, bool dropped = false) {
  return {{"piece", piece}, {"expert", expert}, {"dropped", dropped}};
}

Json routing(const std::string& arm, const std::string& stage, const Json& tokens) {
  return {{"arm", arm},
          {"stage", stage},
          {"layers", Json::array()},
          {"coloured", {{{"stack", "encoder"}, {"layer", 3}, {"tokens", tokens}}}}};
}

Json with_routing(const Json& list) {
  Json results = fixture_results();
  results["routing"] = list;
  return results;
}

std::string drawn_tokens(const Json& tokens) {
  return drawn(coloured_texts, with_routing(Json::array({routing("switch", "instructed", tokens)})));
}

TEST(ColouredText, TokensFollowEachOtherWithTheirExperts) {
  const std::string html = drawn_tokens({token("\u2581The", 4), token("\u2581riv", 0), token("er", 11)});
  const auto tokens = elements_with(html, "span", "class", "token");
  ASSERT_EQ(tokens.size(), 3u);
  EXPECT_EQ(contents_of(tokens), (std::vector<std::string>{"The<sub>4</sub>", "riv<sub>0</sub>", "er<sub>11</sub>"}));
  EXPECT_EQ(tokens[2].at("title"), "expert 11");
  EXPECT_TRUE(holds(html, "</span> <span"));                    // between words
  EXPECT_TRUE(holds(html, "<sub>0</sub></span><span class="));  // within one
  EXPECT_TRUE(holds(html, "<b>encoder 3</b>"));
  expect_well_formed(html);
}

TEST(ColouredText, DroppedAndUnchosenAreToldApart) {
  const std::string html = drawn_tokens({token("a", -1, true), token("b", -1, false), token("c", 0)});
  const auto tokens = elements_with(html, "span", "class", "token");
  ASSERT_EQ(tokens.size(), 3u);
  EXPECT_EQ(tokens[0].at("class"), "token dropped");
  EXPECT_EQ(tokens[1].at("class"), "token unchosen");
  EXPECT_EQ(tokens[2].at("class"), "token");
  EXPECT_EQ(tokens[0].at("style"), "");  // no colour of an expert
  EXPECT_EQ(tokens[1].content, "b");
  EXPECT_TRUE(holds(html, "Struck through: dropped"));
  EXPECT_TRUE(holds(html, "Dotted: no expert chose it"));
}

TEST(ColouredText, PiecesAreEscapedAndBlanksSeen) {
  const std::string html = drawn_tokens({token("<b>", 1), token("\u2581&", 2), token("\u2581", 3), token("</s>", -1)});
  const auto texts = contents_of(elements_with(html, "span", "class", "token"));
  EXPECT_EQ(texts,
            (std::vector<std::string>{"&lt;b&gt;<sub>1</sub>", "&amp;<sub>2</sub>", "␣<sub>3</sub>", "&lt;/s&gt;"}));
}

TEST(ColouredText, AnExpertHasOneColourAndItsNeighboursOthers) {
  Json tokens = Json::array();
  for (int i = 0; i < 64; ++i) tokens.push_back(token("a", i % 32));
  const auto drawn_ones = elements_with(drawn_tokens(tokens), "span", "class", "token");
  ASSERT_EQ(drawn_ones.size(), 64u);
  std::set<std::string> colours;
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(drawn_ones[i].at("style"), drawn_ones[i + 32].at("style"));
    EXPECT_TRUE(drawn_ones[i].at("style").starts_with("background:"));
    colours.insert(drawn_ones[i].at("style"));
  }
  EXPECT_EQ(colours.size(), 32u);
}

TEST(ColouredText, TheFirstArmIsOpenTheOthersFolded) {
  const Json tokens = Json::array({token("a", 0)});
  const std::string html = drawn(
      coloured_texts, with_routing({routing("switch", "pretrained", tokens), routing("switch", "instructed", tokens),
                                    routing("gshard", "instructed", tokens)}));
  EXPECT_EQ(elements_with(html, "span", "class", "token").size(), 2u);  // after instruction tuning alone
  const auto heads = contents_of(elements_of(html, "h4"));
  ASSERT_EQ(heads.size(), 1u);
  EXPECT_TRUE(heads[0].ends_with("Switch top-1"));
  EXPECT_EQ(contents_of(elements_of(html, "summary")), std::vector<std::string>{"GShard top-2"});
}

TEST(ColouredText, NoTextNoPart) {
  EXPECT_EQ(drawn(coloured_texts, with_routing(nullptr)), "");
  EXPECT_EQ(
      drawn(coloured_texts, with_routing(Json::array({routing("switch", "pretrained", Json::array({token("a", 0)}))}))),
      "");
  Json bare = routing("switch", "instructed", Json::array());
  bare["coloured"] = nullptr;
  EXPECT_EQ(drawn(coloured_texts, with_routing(Json::array({bare}))), "");
}

}  // namespace
}  // namespace flanmoe::report
