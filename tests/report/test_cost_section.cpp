// What arms cost in bytes and time, and what the room of experts costs in score.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

TEST(CostSection, SizesAreThoseOfTheArm) {
  Json results = fixture_results();
  results["arms"][2].update(
      {{"total_parameters", 7654321}, {"active_parameters", 98765}, {"flops_per_token", 4.5e9}, {"disk_bytes", 123}});
  results["timing"]["cost"][2]["peak_memory_bytes"] = 2.5e9;
  const std::string html = drawn(cost_section, results);
  EXPECT_TRUE(holds(
      html,
      "Switch top-1</td><td class=\"left\">Dense T5</td><td>7.65\u00a0M</td><td>98.8\u00a0k</td><td>4.50\u00a0G</td>"
      "<td>123\u00a0B</td><td>2.50\u00a0GB</td>"));
  EXPECT_TRUE(holds(html, "Dense T5</td><td class=\"left\">–</td>"));  // has no twin
  expect_well_formed(html);
}

TEST(CostSection, SpeedsAndOverheads) {
  Json results = fixture_results();
  results["timing"]["cost"][2] = {{"arm", "switch"},
                                  {"train_tokens_per_second", 12345.6},
                                  {"eval_tokens_per_second", 61000},
                                  {"decode_tokens_per_second", nullptr},
                                  {"train_overhead", 0.234},
                                  {"eval_overhead", -0.126},
                                  {"decode_overhead", nullptr}};
  const std::string html = drawn(cost_section, results);
  EXPECT_TRUE(holds(
      html, "Switch top-1</td><td>12,346</td><td>+23%</td><td>61,000</td><td>\u221213%</td><td>–</td><td>–</td>"));
  EXPECT_TRUE(holds(html, "Dense T5</td><td>30,123</td><td>–</td>"));
}

TEST(CostSection, WhatWasNotTimedIsNotShown) {
  Json results = fixture_results();
  results["timing"]["cost"].erase(2);  // one arm
  EXPECT_TRUE(holds(drawn(cost_section, results),
                    "Switch top-1</td><td>–</td><td>–</td><td>–</td><td>–</td><td>–</td><td>–</td>"));
  for (const Json& cost : {Json(), Json::array()}) {
    results["timing"]["cost"] = cost;
    const std::string html = drawn(cost_section, results);
    EXPECT_TRUE(holds(html, "FLOPs per token"));
    EXPECT_FALSE(holds(html, "Speed"));
  }
  results["timing"] = nullptr;
  EXPECT_FALSE(holds(drawn(cost_section, results), "Speed"));
  for (const char* key : {"arms", "measures"}) results[key] = Json::array();
  EXPECT_EQ(drawn(cost_section, results), "");
}

Json order_of(const std::string& what, const std::string& answer) {
  const Json interval = {{"mean", 12.34}, {"low", -1.0}, {"high", 20.06}, {"basis", "over 4 rounds"}};
  return {{"what", what},
          {"answer", answer},
          {"text", what + " of <all> arms"},
          {"steps", {{{"faster", "dense"}, {"slower", "switch"}, {"interval", interval}}}},
          {"overheads", {{{"arm", "switch"}, {"interval", interval}}}}};
}

TEST(CostSection, TheExpectedOrderIsSaid) {
  Json results = fixture_results();
  EXPECT_FALSE(holds(drawn(cost_section, results), "expected order"));
  results["timing"]["cost_order"] = {order_of("train", "agrees"), order_of("eval", "disagrees"),
                                     order_of("decode", "undecided")};
  const std::string html = drawn(cost_section, results);
  EXPECT_TRUE(holds(html, "<span class=\"badge yes\">agrees</span> train of &lt;all&gt; arms."));
  EXPECT_TRUE(holds(html, "<span class=\"badge no\">disagrees</span> eval of"));
  EXPECT_TRUE(holds(html, "<span class=\"badge noisy\">undecided</span> decode of"));
  EXPECT_TRUE(holds(html, "time over Dense T5"));
  EXPECT_TRUE(holds(html, "Switch top-1</td><td>+12.3 <small>[\u22121.0, +20.1]</small></td>"));
  expect_well_formed(html);
}

Json interval(const Json& mean) { return {{"mean", mean}, {"low", nullptr}, {"high", nullptr}, {"basis", "by hand"}}; }

TEST(CapacitySection, TheChangeIsUnlimitedMinusLimited) {
  Json results = fixture_results();
  results["capacity"] = {{{"arm", "switch"},
                          {"default", {{"mean", 28.0}, {"low", 27.0}, {"high", 29.5}, {"basis", "over <3> seeds"}}},
                          {"unlimited", {{"mean", 26.5}, {"low", 25.0}, {"high", 27.0}, {"basis", "over <3> seeds"}}}}};
  const std::string html = drawn(capacity_section, results);
  EXPECT_TRUE(
      holds(html,
            "Switch top-1</td><td>28.0 <small>[27.0, 29.5]</small></td><td>26.5 <small>[25.0, 27.0]</small></td>"
            "<td>\u22121.5</td>"));
  EXPECT_TRUE(holds(html, "the interval (over &lt;3&gt; seeds)"));
  expect_well_formed(html);
}

TEST(CapacitySection, HalfARowHasNoChange) {
  Json results = fixture_results();
  results["capacity"] = {{{"arm", "switch"}, {"default", interval(nullptr)}, {"unlimited", interval(26.5)}}};
  const std::string html = drawn(capacity_section, results);
  EXPECT_TRUE(holds(html, "<td>–</td><td>26.5</td><td>–</td>"));
  EXPECT_TRUE(holds(html, "by hand"));
}

TEST(CapacitySection, NoRowNoSection) {
  Json results = fixture_results();
  for (const Json& none : {Json(), Json::array()}) {
    results["capacity"] = none;
    EXPECT_EQ(drawn(capacity_section, results), "");
  }
  results["capacity"] = {{{"arm", "switch"}, {"default", interval(nullptr)}, {"unlimited", interval(nullptr)}}};
  EXPECT_EQ(drawn(capacity_section, results), "");
}

}  // namespace
}  // namespace flanmoe::report
