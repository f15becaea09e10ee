// Arithmetic as counted and as done, and the recipe beside the paper's.
#include <gtest/gtest.h>

#include "report/fixture.h"
#include "report/markup.h"

namespace flanmoe::report {
namespace {

TEST(ModelsSection, ExecutedFlopsStandBesideTheNominalOnes) {
  Json results = fixture_results();
  results["arms"][2]["flops_per_token"] = 20000;
  results["arms"][2]["executed_flops_per_token"] = {{"pretrain", 15000}, {"instruct", nullptr}, {"evaluation", 25000}};
  const std::string html = drawn(models_section, results);
  EXPECT_TRUE(holds(html,
                    "Switch top-1</td><td>20.0\u00a0k</td><td>15.0\u00a0k <small>75%</small></td>"
                    "<td>–</td><td>25.0\u00a0k <small>125%</small></td>"));
  EXPECT_TRUE(holds(html, "Dense T5</td><td>1.23\u00a0M</td><td>–</td><td>–</td><td>–</td>"));
  expect_well_formed(html);
}

TEST(ModelsSection, TheRecipeStandsBesideThePapers) {
  Json results = fixture_results();
  results["arms"][2]["recipe"]["instruct"]["expert_dropout"] = 0.3;
  results["arms"][0]["recipe"]["instruct"]["expert_dropout"] = 0.7;  // of a dense arm: it has no experts
  results["arms"][3]["num_experts"] = 64;
  const std::string html = drawn(models_section, results);
  const auto row = [&html](const std::string& item, const std::string& here, const std::string& paper) {
    return holds(html, "<td class=\"left\">" + item + "</td><td class=\"left\">" + here + "</td><td class=\"left\">" +
                           paper + "</td>");
  };
  EXPECT_TRUE(row("Expert dropout in tuning", "0.3; 0.1", "0.2"));
  EXPECT_TRUE(row("Dropout in tuning", "0", "0.05"));
  EXPECT_TRUE(row("Experts", "16; 64", "64 in ST-MoE-32B; of the others not confirmed"));
  EXPECT_TRUE(row("Pre-training objective", "span corruption", "span corruption, as T5"));
  EXPECT_TRUE(row("Sparse layers", "2 of 4", "every other layer"));
  EXPECT_TRUE(row("Finetuning, steps × examples", "500 × 64", "not confirmed"));
  for (Json& arm : results["arms"]) arm["recipe"]["finetune"] = nullptr;  // nothing is finetuned
  EXPECT_FALSE(holds(drawn(models_section, results), "Finetuning"));
}

TEST(ModelsSection, OlderFilesHaveNone) {
  Json results = fixture_results();
  for (Json& arm : results["arms"]) {
    arm.erase("recipe");
    arm.erase("executed_flops_per_token");
  }
  EXPECT_EQ(drawn(models_section, results), "");
}

}  // namespace
}  // namespace flanmoe::report
