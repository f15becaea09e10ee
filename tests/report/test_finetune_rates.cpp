// Which rate every arm took on every set, counted over seeds.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

Json finetuning(const std::string& arm, const std::string& set, const std::string& way, const Json& rate) {
  const Json rates = {{{"rate", 0.003}, {"validation", 1.0}},
                      {{"rate", 0.001}, {"validation", 2.0}},
                      {{"rate", 0.01}, {"validation", nullptr}}};
  return {{"arm", arm}, {"set", set}, {"way", way}, {"seed", 1}, {"rate", rate}, {"rates", rates}};
}

std::string drawn_with(const Json& finetunings) {
  Json results = fixture_results({2, 1, false});
  results["finetunings"] = finetunings;
  return drawn(finetune_rates, results);
}

TEST(FinetuneRates, AreCountedByArmAndSet) {
  const std::string html =
      drawn_with({finetuning("dense", "q_a", "direct", 0.001), finetuning("dense", "q_a", "direct", 0.001),
                  finetuning("switch", "q_a", "direct", 0.01), finetuning("switch", "q_a", "direct", 0.003),
                  finetuning("switch", "<b>", "instructed", 0.003)});
  EXPECT_TRUE(holds(html,
                    "<td class=\"left\" colspan=\"3\">q a</td></tr>\n<tr><td class=\"left\">direct</td><td>0.001 "
                    "<small>×2</small></td>"
                    "<td>0.003 <small>×1</small><br>0.01 <small>×1</small></td>"));
  EXPECT_TRUE(
      holds(html,
            "<td class=\"left\" colspan=\"3\">&lt;b&gt;</td></tr>\n<tr><td class=\"left\">instructed</td><td>–</td>"
            "<td>0.003 <small>×1</small></td>"));
  EXPECT_TRUE(holds(html,
                    "Of 5 finetunings 2 took 0.001, 2 took 0.003, 1 took 0.01. In 3 it was the smallest or the largest "
                    "of those tried: a better one may lie beyond."));
  EXPECT_FALSE(holds(html, "Dense T5, wide"));  // nothing of it
  expect_well_formed(html);
}

TEST(FinetuneRates, WithoutASearchThereIsNothing) {
  EXPECT_EQ(drawn(finetune_rates, fixture_results()), "");
  EXPECT_EQ(drawn_with(nullptr), "");
  Json fixed = finetuning("dense", "a", "direct", 0.01);
  fixed["rates"] = Json::array();
  EXPECT_EQ(drawn_with(Json::array({fixed})), "");
  EXPECT_EQ(drawn_with(Json::array({finetuning("dense", "a", "direct", nullptr)})), "");  // a cell of an older program
}

TEST(FinetuneRates, StandBelowTheScores) {
  Json results = fixture_results();
  results["finetunings"] = Json::array({finetuning("dense", "a", "direct", 0.003)});
  const std::string html = drawn(finetune_section, results);
  EXPECT_GT(html.find("<h3>Which learning rate was taken</h3>"), html.find("<summary>With intervals</summary>"));
  EXPECT_FALSE(holds(html, "a better one may lie beyond"));
}

}  // namespace
}  // namespace flanmoe::report
