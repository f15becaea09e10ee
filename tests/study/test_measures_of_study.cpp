// Measures of made-up cells against numbers worked out by hand: scores, drops, other room, losses, log-odds, intervals.
#include <gtest/gtest.h>

#include "study/measures.h"
#include "study/results_case.h"

namespace flanmoe {
namespace {

class MeasuresOfStudy : public cases::ResultsTest {};

TEST_F(MeasuresOfStudy, MeasuresOfThreeSeeds) {
  const Json results = three();
  EXPECT_EQ(results["seeds"], Json({4, 2, 9}));
  const Json& loss = named(results["measures"], "id", "loss/pretrain");
  expect_numbers(named(loss["arms"], "arm", "switch")["values"], {1.25, 2.0, 2.0});  // the last logged loss
  const Json& cot = named(results["measures"], "id", "suite/exam/cot/instructed");
  expect_numbers(named(cot["arms"], "arm", "dense")["values"], {25, 40, 25});
  const Json& validation =
      named(results["measures"], "id", "validation/instructed");  // v = 45: 80/3, 45, -10, as many items
  expect_numbers(
      named(validation["arms"], "arm", "dense")["values"],
      {(80.0 / 3.0 + 45.0 - 10.0) / 3.0, (140.0 / 3.0 + 60.0 + 20.0) / 3.0, (80.0 / 3.0 + 45.0 - 10.0) / 3.0});
  const Json& mean = named(results["measures"], "id", "finetune/mean/direct");
  expect_numbers(named(mean["arms"], "arm", "switch")["values"], {17.5, 25, 25});
  const Json& gain = named(results["measures"], "id", "gain/finetune");
  expect_numbers(named(gain["arms"], "arm", "switch")["values"], {22.5, 15, 7.5});
  const Json& tuned = named(results["measures"], "id", "finetune/two/instructed");
  expect_numbers(named(tuned["arms"], "arm", "gshard")["values"], {45, 45, 37.5});
}

// The corpus drops 12.5% of content and half of that of formatting, prompts 50% before tuning and 25% after.
TEST_F(MeasuresOfStudy, MeasuresOfDropsAndOfOtherRoom) {
  const Json results = cases::results_by_hand(study(kThreeSeedsQuick), three_seeds(), folder_);
  const auto of_switch = [&](const std::string& id) {
    return named(named(results["measures"], "id", id)["arms"], "arm", "switch")["values"];
  };
  expect_numbers(of_switch("drops/corpus"), {11.25, 11.25, 11.25});
  expect_numbers(of_switch("drops/pretrained"), {45, 45, 45});
  expect_numbers(of_switch("drops/instructed"), {22.5, 22.5, 22.5});
  expect_numbers(of_switch("drop-distance/pretrained"), {33.75, 33.75, 33.75});  // 0.8 * 37.5 + 0.2 * 18.75
  expect_numbers(of_switch("drop-distance/instructed"), {11.25, 11.25, 11.25});
  expect_numbers(of_switch("gain/drop-distance"), {-22.5, -22.5, -22.5});
  expect_numbers(of_switch("evaluated/unlimited/pretrained"), {-14, 9.75, 9.75});  // of 28, 43, 43
  EXPECT_EQ(of_switch("evaluated/unlimited/instructed"), of_switch("unlimited/instructed"));
  expect_numbers(of_switch("effect/unlimited/instructed"), {4.75, 4.75, 4.75});
  expect_numbers(of_switch("gain/capacity"), {-4.75, -4.75, -4.75});
  ASSERT_EQ(results["drops"].size(), 2u * 2u * 2u);  // arms, stacks, classes
  EXPECT_EQ(results["drops"][1], Json({{"arm", "switch"},
                                       {"stack", "encoder"},
                                       {"layer", 1},
                                       {"class", "content"},
                                       {"corpus", 12.5},
                                       {"pretrained", 50.0},
                                       {"instructed", 25.0}}));
}

// Examples are shown to every arm; with other room too, to the sparse ones alone. Three points more on every task.
TEST_F(MeasuresOfStudy, MeasuresWithExamplesBefore) {
  const StudyOptions options = study(kThreeSeedsQuick +
                                     "evaluations: {few: {label: two examples before, shots: 2}, "
                                     "tight: {shots: 2, moe: {capacity_factor_eval: 1}, over: few}}\n");
  const Json results = cases::results_by_hand(options, three_seeds(), folder_);
  const Json& few = named(results["measures"], "id", "evaluated/few/instructed");
  EXPECT_EQ(few["label"], "Held-out normalised average, direct prompts, two examples before, after instruction tuning");
  expect_numbers(named(few["arms"], "arm", "dense")["values"], {9.75, 33.5, 9.75});  // of 43, 58, 43
  const Json& effect = named(results["measures"], "id", "effect/few/pretrained");
  ASSERT_EQ(effect["arms"].size(), 4u);
  for (const Json& arm : effect["arms"]) expect_numbers(arm["values"], {4.75, 4.75, 4.75});
  const Json& tight = named(results["measures"], "id", "effect/tight/instructed");
  ASSERT_EQ(tight["arms"].size(), 2u);
  expect_numbers(named(tight["arms"], "arm", "gshard")["values"], {0, 0, 0});
}

// Nine questions of one task and one of another: a row is a row, whichever task it is of.
TEST_F(MeasuresOfStudy, HeldInRowsCountAlike) {
  const StudyOptions options = study("seeds: [3]\n" + kOneLook);
  cases::results_by_hand(options, one_seed(), folder_);
  const auto arms = resolve_arms(options, 100);
  CellResult cell = read_cell_result({"dense", 3, Phase::kInstruct}, {folder_});
  const std::vector<int64_t> num_items = {9, 1, 10};  // their scores, normalised: 80/3, 45, -10
  for (size_t t = 0; t < num_items.size(); ++t) cell.validation->tasks.at(t).num_items = num_items[t];
  write_cell_result(cell, {folder_});
  const auto measures = study_measures(options, arms, read_cell_results(study_cells(options, arms), {folder_}));
  EXPECT_NEAR(measure_of(measures, "validation/instructed").by_arm.at("dense").at(0).value,
              (9.0 * 80.0 / 3.0 + 45.0 - 10.0 * 10.0) / 20.0, 1e-9);
}

TEST_F(MeasuresOfStudy, OfAStudyThatAsksNothingTwice) {
  const Json results = cases::results_by_hand(study(kThreeSeedsQuick + "evaluations: {}\n"), three_seeds(), folder_);
  EXPECT_TRUE(results["capacity"].empty());
  for (const Json& verdict : results["verdicts"]) EXPECT_NE(verdict["id"], "shape-9-capacity");
  for (const Json& measure : results["measures"])
    EXPECT_EQ(measure["id"].get<std::string>().find("unlimited"), std::string::npos) << measure["id"];
}

TEST_F(MeasuresOfStudy, DifferencesArePairedBySeed) {
  const Json results = three();
  // All prompts: the mean of exam direct, qa direct and exam cot; a point of score is worth 9/6, 2 and 4/3 of them...
  // by hand: v = 40: (30 - 20 + 0) / 3, v = 55: (47.5 + 10 + 20) / 3, v = 70: (65 + 40 + 40) / 3.
  const double at55 = 77.5 / 3.0, at70 = 145.0 / 3.0;
  const Json& measure = named(results["measures"], "id", "heldout/instructed");
  expect_numbers(named(measure["arms"], "arm", "switch")["values"], {at70, at70, at55});
  ASSERT_EQ(measure["differences"].size(), 2u);
  const Json& noisy = named(measure["differences"], "arm", "switch");
  EXPECT_EQ(noisy["twin"], "dense");
  expect_numbers(noisy["values"], {45.0, 22.5, 22.5});
  expect_interval(noisy["interval"], 30.0, 4.3027 * 7.5);  // deviation sqrt(168.75), over sqrt(3): 7.5
  const Json& sure = named(measure["differences"], "arm", "gshard");
  EXPECT_EQ(sure["twin"], "dense_wide");
  expect_interval(sure["interval"], 22.5, 0.0);
  EXPECT_EQ(sure["interval"]["basis"], "the same in all 3 seeds: no interval");
  EXPECT_NE(noisy["interval"]["basis"].get<std::string>().find("3 seeds, paired"), std::string::npos);
  const Json& before = named(results["measures"], "id", "suite/exam/direct/pretrained");
  expect_interval(named(before["differences"], "arm", "switch")["interval"], -15.0, 0.0);
}

TEST_F(MeasuresOfStudy, LogOddsAreOfRankedTasks) {
  const Json results = three();
  const Json& odds = named(results["measures"], "id", "log-odds/instructed");  // suites exam and qa of a task each
  expect_numbers(named(odds["arms"], "arm", "switch")["values"], {1.05, 1.05, 0.825});
  const Json alone = one();  // their errors over items are 0.3 and 0.4: 0.25 of the mean of two suites
  const Json& known = named(named(alone["measures"], "id", "log-odds/instructed")["arms"], "arm", "switch");
  expect_interval(known["interval"], 0.825, 1.95996 * 0.25);
}

// By score v: a alone gives 4 (v - 25) / 3; b and c, of two suites, the mean of v and 2 v - 100.
TEST_F(MeasuresOfStudy, WhatIsNewInATaskIsApart) {
  const Json results = cases::results_by_hand(study("seeds: [4, 2, 9]\n" + kOneLook), three_seeds(), folder_);
  const Json& cluster = named(results["measures"], "id", "heldout-cluster/instructed");
  expect_numbers(named(cluster["arms"], "arm", "switch")["values"], {60, 60, 40});
  const Json& item = named(results["measures"], "id", "heldout-item/pretrained");
  expect_numbers(named(item["arms"], "arm", "dense")["values"], {10, 32.5, 32.5});
}

TEST_F(MeasuresOfStudy, TasksThatDoNotSayWhatIsNewAreInNeither) {
  const StudyOptions options = study("seeds: [3]\n" + kOneLook);
  cases::results_by_hand(options, one_seed(), folder_);
  const auto arms = resolve_arms(options, 100);
  const auto cells = study_cells(options, arms);
  for (const Cell& cell : cells) {
    CellResult result = read_cell_result(cell.key, {folder_});
    if (!result.heldout) continue;
    for (TaskResult& task : result.heldout->tasks) task.held_out = "";
    write_cell_result(result, {folder_});
  }
  for (const Measure& measure : study_measures(options, arms, read_cell_results(cells, {folder_})))
    EXPECT_FALSE(measure.id.starts_with("heldout-cluster") || measure.id.starts_with("heldout-item")) << measure.id;
}

TEST_F(MeasuresOfStudy, HeldOutLossIsOfArmsThatHoldTextOut) {
  const StudyOptions options = study(
      "seeds: [4, 2, 9]\naxes: {kept: {values: {some: {corpus: {held_out_share: 0.5}}, "
      "none: {}}, arms: [switch]}}\n");
  cases::HandScores scores = three_seeds();
  for (auto* by_arm : {&scores.pretrained, &scores.instructed}) {
    for (const char* name : {"switch+kept=some", "switch+kept=none"}) (*by_arm)[name] = by_arm->at("switch");
  }
  const Json results = cases::results_by_hand(options, scores, folder_);
  const Json& loss = named(results["measures"], "id", "loss/held-out");
  ASSERT_EQ(loss["arms"].size(), 1u);
  expect_numbers(named(loss["arms"], "arm", "switch+kept=some")["values"], {2.5, 4.0, 4.0});
}

// Seven items that were all wrong, or all right, say little, and nothing outside the scale.
TEST_F(MeasuresOfStudy, ItemsThatAllAgreeHaveAnInterval) {
  cases::HandScores scores = one_seed();
  scores.standard_error = 0.0;
  scores.instructed = {{"dense", {15}}, {"switch", {100}}, {"dense_wide", {15}}, {"gshard", {15}}};
  const Json results = cases::results_by_hand(study("seeds: [3]\n"), scores, folder_);
  const Json& wrong = named(results["measures"], "id", "suite/exam/cot/instructed");  // 15 less
  const Json none = named(wrong["arms"], "arm", "dense")["interval"];
  EXPECT_EQ(none["mean"], 0.0);
  EXPECT_NEAR(none["low"].get<double>(), 0.0, 1e-9);
  EXPECT_NEAR(none["high"].get<double>(), 35.43, 0.01);  // Wilson's of 0 of 7
  const Json& right = named(results["measures"], "id", "suite/qa/direct/instructed");
  const Json all = named(right["arms"], "arm", "switch")["interval"];
  EXPECT_NEAR(all["high"].get<double>(), 100.0, 1e-9);
  EXPECT_NEAR(all["low"].get<double>(), 64.57, 0.01);
  for (const Json& measure : results["measures"]) {
    const bool of_tokens = measure["id"].get<std::string>().starts_with("drops/");  // without an error over items
    if (measure["unit"] != "percent" || of_tokens) continue;
    for (const Json& arm : measure["arms"]) {
      EXPECT_GE(arm["interval"]["low"], -1e-9) << measure["id"];
      EXPECT_LE(arm["interval"]["high"], 100.0 + 1e-9) << measure["id"];
      EXPECT_LT(arm["interval"]["low"], arm["interval"]["high"]) << measure["id"];
    }
  }
}

}  // namespace
}  // namespace flanmoe
