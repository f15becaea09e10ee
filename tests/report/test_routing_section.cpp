// How experts are used: numbers of layers by hand, before and after, and which kind of token goes where.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/heat_map.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

Json layer(const std::string& stack, int index, double utilisation) {
  return {{"stack", stack},
          {"layer", index},
          {"num_tokens", 16000},
          {"utilisation", utilisation},
          {"dropped_choice_share", 0.08},
          {"dropped_token_share", 0.05},
          {"unchosen_token_share", 0.025},
          {"max_load_ratio", 2.345},
          {"load_variation", 0.611},
          {"load_entropy", 0.93},
          {"router_entropy", nullptr},
          {"class_specialisation", 0.301},
          {"classes", {{{"class", "digits & co"}, {"kept", {1, 3, 4}}}, {{"class", "content"}, {"kept", {0, 0, 0}}}}}};
}

Json routing(const std::string& arm, const std::string& stage, const Json& layers) {
  return {{"arm", arm},       {"stage", stage},       {"num_texts", 8},
          {"layers", layers}, {"unlimited", nullptr}, {"coloured", nullptr}};
}

Json with_routing(const Json& list) {
  Json results = fixture_results({1, 2, false});
  results["routing"] = list;
  return results;
}

Json before_and_after() {
  return {routing("switch", "pretrained", {layer("encoder", 1, 0.4), layer("decoder", 1, 0.3)}),
          routing("switch", "instructed", {layer("encoder", 1, 0.5), layer("decoder", 1, 0.7)})};
}

TEST(RoutingSection, LayersGoFromBeforeToAfter) {
  const std::string html = drawn(routing_section, with_routing(before_and_after()));
  EXPECT_TRUE(holds(html, "<title>encoder 1; pre-trained 40.0; instruction-tuned 50.0</title>"));
  EXPECT_TRUE(holds(html, "<title>decoder 1; pre-trained 30.0; instruction-tuned 70.0</title>"));
  EXPECT_TRUE(
      holds(html, "<title>encoder 1; pre-trained 7.5; instruction-tuned 7.5</title>"));  // 5% dropped and 2.5% unchosen
  EXPECT_TRUE(holds(html, "<title>encoder 1; pre-trained 93.0; instruction-tuned 93.0</title>"));
  const auto panels = contents_of(elements_of(html, "h4"));
  ASSERT_GE(panels.size(), 4u);
  EXPECT_EQ(panels[0], "How full the experts are");
  EXPECT_EQ(panels[1], "Tokens that no expert processed");
  expect_well_formed(html);
}

TEST(RoutingSection, ArmsHaveTheirColoursInEveryPanel) {
  const Json results = fixture_results();
  const View view = read_view(results, "results.json");
  const std::string html = routing_section(view);
  for (const Arm& arm : view.arms) {
    size_t headings = 0;
    for (const Element& label : elements_with(html, "text", "class", "label")) {
      if (label.content != arm.label) continue;
      EXPECT_EQ(label.at("fill"), arm.colour);
      ++headings;
    }
    EXPECT_EQ(headings, arm.sparse ? 4u : 0u) << arm.name;  // a dense arm has no experts
  }
}

TEST(RoutingSection, AllStatisticsAreInTheTable) {
  const std::string html = drawn(routing_section, with_routing(before_and_after()));
  EXPECT_TRUE(holds(html,
                    "<td class=\"left\">instructed</td><td class=\"left\">decoder "
                    "1</td><td>16,000</td><td>70.0%</td><td>–</td><td>8.0%</td>"
                    "<td>5.0%</td><td>2.5%</td><td>2.35</td><td>0.61</td><td>0.93</td><td>–</td><td>0.30</td>"));
  EXPECT_FALSE(holds(html, "without a capacity limit"));
}

TEST(RoutingSection, WithoutALimitIsATableOfItsOwn) {
  Json list = before_and_after();
  list[1]["unlimited"] = {layer("encoder", 1, 0.123)};
  list[1]["unlimited"] = Json::array({layer("encoder", 1, 0.123)});
  const std::string html = drawn(routing_section, with_routing(list));
  const size_t fold = html.find("The same without a capacity limit");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_GT(html.find("<td>12.3%</td>"), fold);
}

TEST(RoutingSection, TrainingHasATableOfItsOwn) {
  Json results = with_routing(before_and_after());
  results["training_routing"] = Json::array({{{"arm", "gshard"},
                                              {"stage", "pretrained"},
                                              {"layers", Json::array({{{"stack", "decoder"},
                                                                       {"layer", 3},
                                                                       {"utilisation", 0.625},
                                                                       {"dropped_token_share", 0.01},
                                                                       {"unchosen_token_share", nullptr},
                                                                       {"max_load_ratio", 1.5}}})}}});
  const std::string html = drawn(routing_section, results);
  EXPECT_TRUE(holds(html, "On the text a model trains on"));
  EXPECT_TRUE(holds(html,
                    "<td class=\"left\">pretrained</td><td class=\"left\">decoder "
                    "3</td><td>62.5%</td><td>–</td><td>1.0%</td><td>–</td><td>1.50</td>"));
  results["routing"] = nullptr;  // a decoder-only study has no other
  EXPECT_TRUE(holds(drawn(routing_section, results), "decoder 3"));
}

TEST(RoutingSection, UtilisationIsShownUnderItsCeiling) {
  Json list = before_and_after();
  for (Json& one : list) {
    one["layers"][0]["utilisation_ceiling"] = 0.5;
    one["layers"][1]["utilisation_ceiling"] = nullptr;  // nothing bounds it below 1
  }
  Json results = with_routing(list);
  results["training_routing"] = Json::array(
      {{{"arm", "switch"},
        {"stage", "instructed"},
        {"layers",
         Json::array({{{"stack", "encoder"}, {"layer", 1}, {"utilisation", 0.61}, {"utilisation_ceiling", 0.8}}})}}});
  const std::string html = drawn(routing_section, results);
  EXPECT_TRUE(holds(html, "<title>encoder 1; pre-trained 40.0; instruction-tuned 50.0; ceiling 50.0</title>"));
  EXPECT_TRUE(holds(html, "<title>decoder 1; pre-trained 30.0; instruction-tuned 70.0; ceiling 100.0</title>"));
  EXPECT_TRUE(holds(html, "<title>encoder 1; instruction-tuned 61.0; ceiling 80.0</title>"));  // in training
  EXPECT_TRUE(holds(html, "<td>50.0%</td><td>50.0%</td><td>8.0%</td>"));                       // of its table
  EXPECT_TRUE(holds(html, "<td>61.0%</td><td>80.0%</td>"));
  EXPECT_EQ(contents_of(elements_of(html, "h4")).at(1), "How full they are in training");
  // Only utilisation has one: two layers of prompts, one of training, and the two keys.
  EXPECT_EQ(elements_with(html, "line", "class", "bar").size(), 5u);
}

TEST(RoutingSection, AClassIsSharedAmongItsExperts) {
  const std::string html = drawn(routing_section, with_routing(before_and_after()));
  EXPECT_TRUE(holds(html, "<title>digits &amp; co, expert 0: 12.5%</title>"));  // 1 of 8
  EXPECT_TRUE(holds(html, "<title>digits &amp; co, expert 2: 50.0%</title>"));
  EXPECT_TRUE(holds(html, "<title>content, expert 2: 0.0%</title>"));                // of none
  EXPECT_EQ(elements_with(html, "rect", "fill", heat_colour(0.5, 0.5)).size(), 2u);  // the darkest of each layer
}

TEST(RoutingSection, TheLastLayerOfEachStackIsOpenTheOthersFolded) {
  const std::string html = drawn(
      routing_section,
      with_routing(Json::array({routing(
          "switch", "instructed", {layer("encoder", 1, 0.5), layer("encoder", 3, 0.5), layer("decoder", 1, 0.5)})})));
  const size_t fold = html.find("<summary>The other layers</summary>");
  ASSERT_NE(fold, std::string::npos);
  EXPECT_LT(html.find("<h4>Switch top-1, encoder 3</h4>"), fold);
  EXPECT_LT(html.find("<h4>Switch top-1, decoder 1</h4>"), fold);
  const size_t folded = html.find("<h4>Switch top-1, encoder 1</h4>");
  EXPECT_GT(folded, fold);
  EXPECT_NE(folded, std::string::npos);
}

TEST(RoutingSection, WhatIsFromBeforeTuningIsNotSaidToBeFromAfter) {
  Json list = before_and_after();
  list.erase(1);
  const std::string html = drawn(routing_section, with_routing(list));
  EXPECT_TRUE(holds(html, "<title>encoder 1; pre-trained 40.0</title>"));
  EXPECT_TRUE(holds(html, "Switch top-1, encoder 1, before instruction tuning"));
  EXPECT_TRUE(holds(html, "After instruction tuning unless a title says otherwise"));
  EXPECT_FALSE(holds(drawn(routing_section, with_routing(before_and_after())), ", before instruction tuning"));
}

TEST(RoutingSection, ALayerThatOnlyOneStageHasIsADot) {
  Json list = before_and_after();
  list[0]["layers"].erase(0);
  const std::string html = drawn(routing_section, with_routing(list));
  EXPECT_TRUE(holds(html, "<title>encoder 1; instruction-tuned 50.0</title>"));
}

TEST(RoutingSection, NoRoutingNoSection) {
  EXPECT_EQ(drawn(routing_section, with_routing(nullptr)), "");
  EXPECT_EQ(drawn(routing_section, with_routing(Json::array())), "");
  EXPECT_EQ(drawn(routing_section, with_routing(Json::array({routing("switch", "instructed", nullptr)}))), "");
}

}  // namespace
}  // namespace flanmoe::report
