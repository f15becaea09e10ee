// Arms of a study: the presets resolve, twins cost the same, mistakes are named.
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "model/counts.h"
#include "study/arms.h"
#include "study/comparisons.h"
#include "study/cost_order.h"
#include "study/evaluations.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

StudyOptions study(const std::string& arms, const std::string& more = "") {
  StudyOptions options;
  const std::string model =
      "model: {d_model: 32, d_kv: 8, num_heads: 4, d_ff: 64, num_layers: 2, num_decoder_layers: 2}\n";
  load_options(parse_config(model + more + "arms:\n" + arms, "study.yaml"), options);
  return options;
}

const std::string kSwitch = "  switch: {label: Switch top-1, twin: dense, model: {moe: {num_experts: 8}}}\n";
const std::string kDense = "  dense: {twin_of: switch}\n";

void expect_twins_cost_the_same(const std::vector<ArmOptions>& arms) {
  for (const ArmOptions& arm : arms) {
    if (arm.twin.empty()) continue;
    EXPECT_GT(arm.recipe.model.moe.num_experts, 0) << arm.name;
    const ModelOptions &sparse = arm.recipe.model, &dense = arm_of(arms, arm.twin).recipe.model;
    EXPECT_EQ(dense.moe.num_experts, 0) << arm.name;
    EXPECT_LE(std::abs(count_model(dense).flops_per_token / count_model(sparse).flops_per_token - 1.0), 0.01)
        << arm.name;
    EXPECT_EQ(dense.num_layers, sparse.num_layers);
    EXPECT_EQ(dense.num_decoder_layers, sparse.num_decoder_layers);
    EXPECT_EQ(dense.d_model, sparse.d_model);
    EXPECT_EQ(dense.num_heads, sparse.num_heads);
    EXPECT_EQ(dense.d_kv, sparse.d_kv);
    EXPECT_EQ(dense.vocab_size, sparse.vocab_size);
    EXPECT_EQ(dense.gated, sparse.gated);
  }
}

TEST(Arms, OfThePresetsResolve) {
  const std::filesystem::path configs = std::filesystem::path(FLANMOE_SOURCE_DIR) / "configs";
  std::vector<std::filesystem::path> files = files_in(configs / "study", ".yaml"),
                                     grids = files_in(configs / "grids", ".yaml");
  EXPECT_FALSE(files.empty() || grids.empty());
  files.insert(files.end(), grids.begin(), grids.end());
  for (const std::filesystem::path& file : files) {
    SCOPED_TRACE(file.filename().string());
    StudyOptions options;
    load_options(load_config(file), options);
    for (const int64_t vocab_size : {904, 1712, 32128}) {
      const auto arms = resolve_arms(options, vocab_size);
      EXPECT_GE(arms.size(), 2u);
      for (const ArmOptions& arm : arms) EXPECT_EQ(arm.recipe.model.vocab_size, vocab_size);
      expect_twins_cost_the_same(arms);
      check_evaluations(options, arms);
      check_cost_order(options, arms);
      EXPECT_FALSE(resolve_comparisons(options, arms).empty() && options.cost_order.empty());
    }
  }
}

TEST(Arms, AreFilledIn) {
  const auto arms = resolve_arms(study(kSwitch + kDense), 200);
  ASSERT_EQ(arms.size(), 2u);
  EXPECT_EQ(arms[0].name, "switch");
  EXPECT_EQ(arms[0].label, "Switch top-1");
  EXPECT_EQ(arms[0].router, "switch");
  EXPECT_EQ(arms[0].recipe.model.moe.num_experts, 8);
  EXPECT_EQ(arms[0].recipe.model.d_model, 32);
  EXPECT_EQ(arms[0].recipe.model.vocab_size, 200);
  EXPECT_EQ(arms[1].label, "dense");
  EXPECT_EQ(arms[1].router, "none");
  EXPECT_EQ(arms[1].recipe.model.moe.num_experts, 0);
  expect_twins_cost_the_same(arms);
}

// Sparse is what the study's shared model says, and the twin is made dense: it has no router.
TEST(Arms, ATwinOfASparseModelHasNoRouter) {
  StudyOptions options;
  load_options(parse_config("model: {d_model: 32, d_kv: 8, num_heads: 4, d_ff: 64, moe: {num_experts: 8}}\n"
                            "arms:\n  switch: {twin: dense}\n  dense: {twin_of: switch}\n",
                            "study.yaml"),
               options);
  const auto arms = resolve_arms(options, 200);
  EXPECT_EQ(arm_of(arms, "switch").router, "switch");
  EXPECT_EQ(arm_of(arms, "dense").router, "none");
}

TEST(Arms, TwinsOfEveryRoutingCostTheSame) {
  const std::string rest[] = {
      "k: 1", "k: 2", "k: 2, extra_dense_ffn: true",
      "k: 2, routing: expert_choice, decoder_routing: token_choice, capacity_factor_train: 2.0"};
  for (const std::string& moe : rest) {
    for (const char* shape : {"", "gated: true, ", "decoder_only: true, ", "num_layers: 4, "}) {
      if (std::string(shape).starts_with("decoder_only") && moe.find("expert_choice") != std::string::npos)
        continue;  // is not causal
      const std::string sparse = "  s: {twin: dense, model: {" + std::string(shape) + "moe: {num_experts: 8, " + moe +
                                 "}}}\n  dense: {twin_of: s}\n";
      SCOPED_TRACE(sparse);
      const auto arms = resolve_arms(study(sparse), 200);
      expect_twins_cost_the_same(arms);
      EXPECT_EQ(arms[1].recipe.model.decoder_only, arms[0].recipe.model.decoder_only);
      if (moe == "k: 1") continue;
      EXPECT_GT(arms[1].recipe.model.d_ff, 64);  // two experts a token: a wider twin
    }
  }
}

void expect_parts(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' in: " << message;
}

std::string refused(const std::string& arms) {
  return message_of<UserError>([&] { resolve_arms(study(arms), 200); });
}

TEST(Arms, OnlySomeOfThemAreRun) {
  const auto arms = resolve_arms(study(kSwitch + kDense + "  other: {}\narms_only: [dense, switch]\n"), 200);
  ASSERT_EQ(arms.size(), 2u);
  EXPECT_EQ(arms[0].name, "switch");
  const auto message = [](const std::string& only) {
    return message_of<UserError>([&] { resolve_arms(study(kSwitch + kDense + "arms_only: " + only + "\n"), 200); });
  };
  expect_parts(message("[dense, swich]"), {"'arms_only'", "'swich'", "'switch'"});
  expect_parts(message("[switch]"), {"'twin'", "'dense'"});  // its twin is not run
}

TEST(Arms, ThatAreNoSectionsAreRefused) {
  StudyOptions options;
  load_options(parse_config("arms: [few]\n", "study.yaml"), options);
  expect_parts(message_of<UserError>([&] { resolve_arms(options, 200); }), {"study.yaml:1", "'arms'", "section"});
  expect_parts(refused("  dense: 3\n"), {"study.yaml:3", "'dense'", "section"});
}

TEST(Arms, AnUnknownTwinIsNamed) {
  expect_parts(refused("  switch: {twin: dens, model: {moe: {num_experts: 8}}}\n" + kDense),
               {"switch", "twin", "'dens'", "'dense'"});
  expect_parts(refused(kSwitch + "  dense: {twin_of: swich}\n"), {"dense", "twin_of", "'swich'", "'switch'"});
  expect_parts(refused(kSwitch), {"switch", "twin", "'dense'"});
}

TEST(Arms, ATwinOfOtherCostIsRefused) {
  const std::string message =
      refused("  gshard: {twin: dense, model: {moe: {num_experts: 8, k: 2}}}\n" + kSwitch + kDense);
  expect_parts(message, {"gshard", "dense", "FLOPs", "1%"});
  expect_parts(refused(kSwitch + "  dense: {model: {d_ff: 80}}\n"), {"switch", "dense", "FLOPs"});
}

TEST(Arms, WhatCannotBeBuiltIsRefused) {
  expect_parts(refused("  switch: {twin: switch, model: {moe: {num_expert: 8}}}\n"),
               {"study.yaml:3", "num_expert", "num_experts"});
  expect_parts(refused("  switch: {lable: x}\n"), {"study.yaml:3", "lable", "label"});
  expect_parts(refused("  ec: {model: {decoder_only: true, moe: {num_experts: 4, routing: expert_choice}}}\n"),
               {"decoder"});
  StudyOptions none;
  EXPECT_NE(message_of<UserError>([&] { resolve_arms(none, 200); }).find("arms"), std::string::npos);
}

TEST(StudyOptions, SeedsAreDifferent) {
  expect_parts(message_of<UserError>([] { study(kDense, "seeds: [1, 1]\n"); }), {"study.yaml:2", "seeds"});
  expect_parts(message_of<UserError>([] { study(kDense, "seeds: []\n"); }), {"seeds"});
}

// A preset's experts and routing, and the arm's own settings above them; the study's shape stays.
TEST(Arms, AreUpcycledFromADenseArmOfTheirShape) {
  const auto message = [](const std::string& arms) {
    return message_of<UserError>([&] { resolve_arms(study(arms), 100); });
  };
  const std::string small = "  small: {}\n";
  EXPECT_EQ(
      arm_of(resolve_arms(study(small + "  up: {upcycled_from: small, model: {moe: {num_experts: 4}}}\n"), 100), "up")
          .upcycled_from,
      "small");
  EXPECT_EQ(message(small + "  up: {upcycled_from: smal, model: {moe: {num_experts: 4}}}\n"),
            "arm 'up': 'upcycled_from' is 'smal', which is no arm of this study; did you mean 'small'?");
  EXPECT_EQ(message(small + "  up: {upcycled_from: small, model: {d_ff: 48, moe: {num_experts: 4}}}\n"),
            "arm 'up': 'model.d_ff' is 48, but that of 'small', which it is upcycled from, is 64; expected the same");
  EXPECT_EQ(message(small + "  up: {upcycled_from: small}\n"),
            "arm 'up': it is upcycled but has no experts; expected 'model.moe.num_experts' of 1 or more");
  EXPECT_EQ(message(kDense + kSwitch + "  up: {upcycled_from: switch, model: {moe: {num_experts: 4}}}\n"),
            "arm 'up': 'upcycled_from' is 'switch', which has experts; expected a dense arm");
}

TEST(StudyOptions, RatesAreDifferentAndAboveZero) {
  for (const char* rates : {"[0.1, 0.1]", "[0.1, 0]", "[-1]"}) {
    EXPECT_NE(message_of<UserError>([&] {
                study(kDense, "finetune_rates: " + std::string(rates) + "\n");
              }).find("'finetune_rates' is"),
              std::string::npos)
        << rates;
  }
}

TEST(Arms, TakeTheRoutingOfAModelPreset) {
  const StudyOptions options =
      study("  st_moe: {routing: st_moe, model: {moe: {num_experts: 8, z_loss: 0.5}}}\n  plain: {}\n");
  const auto arms = resolve_arms(options, 100);
  const MoeOptions &moe = arm_of(arms, "st_moe").recipe.model.moe, &none = arm_of(arms, "plain").recipe.model.moe;
  EXPECT_EQ(moe.gate, GateRule::kNormalisedBeforeDrop);
  EXPECT_EQ(moe.second_train, SecondExpert::kRandom);
  EXPECT_TRUE(moe.extra_dense_ffn);
  EXPECT_EQ(moe.num_experts, 8);
  EXPECT_EQ(moe.z_loss, 0.5);
  EXPECT_EQ(arm_of(arms, "st_moe").recipe.model.d_model, 32);
  EXPECT_EQ(none.num_experts, 0);
  expect_parts(refused("  a: {routing: st_mo}\n"), {"st_mo", "did you mean 'st_moe'"});
  expect_parts(refused("  a: {routing: t5_v1_0_small}\n"), {"arm 'a'", "t5_v1_0_small", "sparse"});
}

TEST(Arms, MayDifferInEveryPhase) {
  const StudyOptions options = study(
      "  a: {corpus: {noise_density: 0.3}, pretrain: {steps: 7}, mixture: {num_tasks: 10}, instruct: {dropout: 0.25},\n"
      "      finetune_mixture: {target_length: 5}, finetune: {optimizer: {learning_rate: 0.5}}}\n  b: {}\n",
      "pretrain: {steps: 11, log_every: 3}\n");
  const auto arms = resolve_arms(options, 100);
  const Recipe &a = arm_of(arms, "a").recipe, &b = arm_of(arms, "b").recipe;
  EXPECT_EQ(a.corpus.noise_density, 0.3);
  EXPECT_EQ(a.pretrain.steps, 7);
  EXPECT_EQ(a.pretrain.log_every, 3);
  EXPECT_EQ(a.mixture.num_tasks, 10);
  EXPECT_EQ(a.instruct.dropout, 0.25);
  EXPECT_EQ(a.finetune_mixture.target_length, 5);
  EXPECT_EQ(a.finetune.optimizer.learning_rate, 0.5);
  EXPECT_EQ(b.pretrain.steps, 11);
  EXPECT_EQ(b.mixture.num_tasks, 0);
  EXPECT_EQ(b.instruct.dropout, std::nullopt);
  expect_parts(refused("  a: {pretrain: {step: 7}}\n"), {"step", "did you mean 'steps'"});
}

}  // namespace
}  // namespace flanmoe
