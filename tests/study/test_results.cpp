// Measures, verdicts and results.json of cells whose scores were made up, against numbers worked out by hand.
#include "study/results.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/error.h"
#include "eval/scoring/interval.h"
#include "model/executed_flops.h"
#include "study/cells_by_hand.h"
#include "study/measure_ids.h"
#include "study/measures.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

const std::string kModel =
    "model: {d_model: 32, d_kv: 8, num_heads: 4, d_ff: 64, num_layers: 2, num_decoder_layers: 2}\n"
    "finetune_sets: [\"{data}/finetune/one.yaml\", \"{data}/finetune/two.yaml\"]\n";
const std::string kArms = R"(arms:
  dense: {label: Dense, twin_of: switch}
  dense_wide: {label: Wide, twin_of: gshard}
  switch: {label: Switch, twin: dense, model: {moe: {num_experts: 8}}}
  gshard: {label: GShard, twin: dense_wide, model: {moe: {num_experts: 8, k: 2}}}
)";

// One look is planned in no time.
const std::string kThreeSeedsQuick = "seeds: [4, 2, 9]\nprotocol: {looks: [3]}\n";

StudyOptions study(const std::string& more) {
  StudyOptions options;
  load_options(parse_config(kModel + kArms + more, "study.yaml"), options);
  return options;
}

cases::HandScores three_seeds() {
  cases::HandScores scores;
  scores.pretrained = {
      {"dense", {40, 55, 55}}, {"switch", {25, 40, 40}}, {"dense_wide", {40, 40, 40}}, {"gshard", {40, 40, 40}}};
  scores.instructed = {
      {"dense", {40, 55, 40}}, {"switch", {70, 70, 55}}, {"dense_wide", {55, 55, 40}}, {"gshard", {70, 70, 55}}};
  return scores;
}

cases::HandScores one_seed() {
  cases::HandScores scores;
  scores.pretrained = {{"dense", {40}}, {"switch", {40}}, {"dense_wide", {40}}, {"gshard", {40}}};
  scores.instructed = {{"dense", {40}}, {"switch", {55}}, {"dense_wide", {70}}, {"gshard", {40}}};
  return scores;
}

const Json& named(const Json& list, const char* key, const std::string& value) {
  for (const Json& item : list) {
    if (item.at(key) == value) return item;
  }
  throw std::runtime_error("nothing with " + std::string(key) + " " + value);
}

void expect_numbers(const Json& list, const std::vector<double>& expected) {
  ASSERT_EQ(list.size(), expected.size()) << list;
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(list[i].get<double>(), expected[i], 1e-9) << list;
}

void expect_interval(const Json& interval, double mean, double half) {
  EXPECT_NEAR(interval.at("mean").get<double>(), mean, 1e-3) << interval;
  EXPECT_NEAR(interval.at("low").get<double>(), mean - half, 1e-3) << interval;
  EXPECT_NEAR(interval.at("high").get<double>(), mean + half, 1e-3) << interval;
}

class Results : public FolderTest {
 protected:
  Json three() const { return cases::results_by_hand(study("seeds: [4, 2, 9]\n"), three_seeds(), folder_); }
  Json one() const { return cases::results_by_hand(study("seeds: [3]\n"), one_seed(), folder_); }
};

TEST_F(Results, MeasuresOfThreeSeeds) {
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
TEST_F(Results, MeasuresOfDropsAndOfOtherRoom) {
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
TEST_F(Results, MeasuresWithExamplesBefore) {
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

TEST_F(Results, OfAStudyThatAsksNothingTwice) {
  const Json results = cases::results_by_hand(study(kThreeSeedsQuick + "evaluations: {}\n"), three_seeds(), folder_);
  EXPECT_TRUE(results["capacity"].empty());
  for (const Json& verdict : results["verdicts"]) EXPECT_NE(verdict["id"], "shape-9-capacity");
  for (const Json& measure : results["measures"])
    EXPECT_EQ(measure["id"].get<std::string>().find("unlimited"), std::string::npos) << measure["id"];
}

// Their room without a limit stands under another key.
TEST_F(Results, CellsOfOlderProgramsAreRead) {
  const StudyOptions options = study(kThreeSeedsQuick);
  cases::results_by_hand(options, three_seeds(), folder_);
  const StudyFolder folder{folder_};
  const auto arms = resolve_arms(options, 100);
  const std::vector<Cell> cells = study_cells(options, arms);
  for (const Cell& cell : cells) {
    Json json = read_json(folder.result(cell.key));
    if (!json.contains("evaluated")) continue;
    json["capacity"] = json["evaluated"].empty() ? Json() : json["evaluated"];
    for (const char* key : {"evaluated", "corpus_routing"}) json.erase(key);
    write_json(folder.result(cell.key), json);
  }
  const Json results = study_results(options, arms, cells, folder, {folder_, "", ""});
  EXPECT_EQ(results["capacity"].size(), 2u);
  EXPECT_TRUE(results["drops"].empty());
}

TEST_F(Results, DifferencesArePairedBySeed) {
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
  EXPECT_NE(sure["interval"]["basis"].get<std::string>().find("3 seeds, paired"), std::string::npos);
  const Json& before = named(results["measures"], "id", "suite/exam/direct/pretrained");
  expect_interval(named(before["differences"], "arm", "switch")["interval"], -15.0, 0.0);
}

// By tasks: the value of a run is the mean over suites of the mean over tasks of what the records hold.
TEST_F(Results, RecordsHoldEveryRunByTask) {
  const Json results = three();
  const Json& record = named(results["records"], "measure", "heldout/instructed");
  EXPECT_EQ(record["tasks"], Json({{{"task", "a"}, {"suite", 0}},
                                   {{"task", "b"}, {"suite", 0}},
                                   {{"task", "c"}, {"suite", 1}},
                                   {{"task", "a_cot"}, {"suite", 2}}}));
  const Json& runs = record["arms"]["switch"];
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[1]["seed"], 2);
  expect_numbers(runs[0]["scores"], {60.0, 70.0, 40.0, 40.0});  // v = 70: chances 25, 0, 50 and 25 at 55
  // exam: sqrt(8^2 + 6^2) / 2 = 5; qa: 12; exam by chain of thought: 8; their mean
  EXPECT_NEAR(runs[0]["standard_error"].get<double>(), std::sqrt(25.0 + 144.0 + 64.0) / 3.0, 1e-9);
}

TEST_F(Results, LogOddsAreOfRankedTasks) {
  const Json results = three();
  const Json& odds = named(results["measures"], "id", "log-odds/instructed");  // suites exam and qa of a task each
  expect_numbers(named(odds["arms"], "arm", "switch")["values"], {1.05, 1.05, 0.825});
}

TEST_F(Results, ThreeSeedsDecideNothingBeforeTheFirstLook) {
  const Json verdicts = three()["verdicts"];
  std::vector<std::string> ids;
  for (const Json& verdict : verdicts) {
    ids.push_back(verdict["id"]);
    EXPECT_EQ(verdict["answer"], "undecided");
    EXPECT_EQ(verdict["look"], 0);
    EXPECT_EQ(verdict["agreement"], "");
    EXPECT_NE(verdict["text"].get<std::string>().find("judged from 4 seeds on"), std::string::npos) << verdict["text"];
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"shape-1", "shape-2", "shape-3", "shape-3-finetuned", "shape-6", "shape-9",
                                           "shape-9-capacity"}));
  const Json& beats = named(verdicts, "id", "shape-2");  // by seed 33.75, 22.5, 22.5
  EXPECT_NE(beats["text"].get<std::string>().find("+26."), std::string::npos) << beats["text"];
  ASSERT_EQ(beats["parts"].size(), 2u);
  EXPECT_EQ(beats["parts"][0]["label"], "Switch over Dense");
  EXPECT_EQ(beats["parts"][0]["weights"], Json({{"dense", -1.0}, {"switch", 1.0}}));
  const Json& order = named(verdicts, "id", "shape-6");  // equal scores
  ASSERT_EQ(order["parts"].size(), 1u);
  EXPECT_EQ(order["parts"][0]["label"], "GShard over Switch (unequal FLOPs)");
  const Json& use = named(verdicts, "id", "shape-9");  // 37.5% to 50% in every seed
  EXPECT_NEAR(use["parts"][0]["interval"]["mean"].get<double>(), 12.5, 1e-9);
  const Json& room = named(verdicts, "id", "shape-9-capacity");  // without a limit 3 more on each task: 19 * 3 / 12
  EXPECT_NEAR(room["parts"][1]["interval"]["mean"].get<double>(), -4.75, 1e-9);
}

TEST_F(Results, AreJudgedAtALook) {
  const std::string one =
      "protocol: {looks: [3]}\ncomparisons: {beats: {measure: heldout/instructed, expected: no, parts: [{arm: switch, "
      "over: twin}, {arm: gshard, over: twin}]}}\n";
  const Json verdict = cases::results_by_hand(study("seeds: [4, 2, 9]\n" + one), three_seeds(), folder_)["verdicts"][0];
  EXPECT_EQ(verdict["answer"], "yes");
  EXPECT_EQ(verdict["agreement"], "disagrees");
  EXPECT_EQ(verdict["look"], 3);
  EXPECT_TRUE(verdict["text"].get<std::string>().starts_with("yes: +26.")) << verdict["text"];
}

TEST_F(Results, OneSeedDecidesNothing) {
  const Json results = one();
  const Json& measure = named(results["measures"], "id", "suite/qa/direct/instructed");  // of one task
  const ScoreInterval sparse = share_interval(55.0, 6.0, 7), dense = share_interval(40.0, 6.0, 7);
  const Json& own = named(measure["arms"], "arm", "switch")["interval"];
  EXPECT_NEAR(own["low"].get<double>(), sparse.low, 1e-9);
  EXPECT_NEAR(own["high"].get<double>(), sparse.high, 1e-9);
  const Json& over = named(measure["differences"], "arm", "switch");
  EXPECT_NEAR(over["interval"]["low"].get<double>(), 15.0 - std::hypot(55.0 - sparse.low, dense.high - 40.0), 1e-9);
  EXPECT_NEAR(over["interval"]["high"].get<double>(), 15.0 + std::hypot(sparse.high - 55.0, 40.0 - dense.low), 1e-9);
  EXPECT_NE(over["interval"]["basis"].get<std::string>().find("one seed"), std::string::npos);
  for (const Json& verdict : results["verdicts"]) {
    EXPECT_EQ(verdict["answer"], "undecided") << verdict["id"];
    for (const Json& part : verdict["parts"]) EXPECT_EQ(part["interval"]["basis"], "one seed: no interval");
  }
}

const std::string kOneLook = "protocol: {looks: [3]}\n";  // several take seconds to plan
const std::string kCurve = kOneLook + "instruct: {steps: 90, eval_every: 60, eval_at: [10, 30]}\n";

// By score v: a alone gives 4 (v - 25) / 3; b and c, of two suites, the mean of v and 2 v - 100.
TEST_F(Results, WhatIsNewInATaskIsApart) {
  const Json results = cases::results_by_hand(study("seeds: [4, 2, 9]\n" + kOneLook), three_seeds(), folder_);
  const Json& cluster = named(results["measures"], "id", "heldout-cluster/instructed");
  expect_numbers(named(cluster["arms"], "arm", "switch")["values"], {60, 60, 40});
  const Json& item = named(results["measures"], "id", "heldout-item/pretrained");
  expect_numbers(named(item["arms"], "arm", "dense")["values"], {10, 32.5, 32.5});
}

TEST_F(Results, TasksThatDoNotSayWhatIsNewAreInNeither) {
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

TEST_F(Results, HeldOutLossIsOfArmsThatHoldTextOut) {
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

TEST_F(Results, CurvesAreMeasuresStepByStep) {
  const Json results = cases::results_by_hand(study("seeds: [4, 2, 9]\n" + kCurve), three_seeds(), folder_);
  const Json& third = named(results["measures"], "id", "curve/instruct@30");  // a third of the way from before to after
  EXPECT_EQ(third["unit"], "points");
  expect_numbers(named(third["arms"], "arm", "switch")["values"], {40, 50, 45});
  expect_numbers(named(named(results["measures"], "id", "curve/instruct@0")["arms"], "arm", "dense")["values"],
                 {40, 55, 55});
  std::vector<std::string> ids;
  for (const Json& measure : results["measures"]) {
    if (measure["id"].get<std::string>().starts_with("curve/")) ids.push_back(measure["id"]);
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"curve/instruct@0", "curve/instruct@10", "curve/instruct@30",
                                           "curve/instruct@60", "curve/instruct@90"}));
}

TEST_F(Results, CurvesHaveTheErrorOfTheirItems) {
  const StudyOptions options = study("seeds: [3]\n" + kCurve);
  cases::results_by_hand(options, one_seed(), folder_);
  const auto arms = resolve_arms(options, 100);
  CellResult cell = read_cell_result({"switch", 3, Phase::kInstruct}, {folder_});
  for (Json& point : cell.curve) {
    const double value = point.at("eval/normalised_average");
    point.update({{"eval/normalised_average_low", value - 20.0}, {"eval/normalised_average_high", value + 10.0}});
  }
  write_cell_result(cell, {folder_});
  const auto measures = study_measures(options, arms, read_cell_results(study_cells(options, arms), {folder_}));
  const Measure& last = measure_of(measures, "curve/instruct@90");
  const Score &known = last.by_arm.at("switch").at(0), &unknown = last.by_arm.at("dense").at(0);
  EXPECT_NEAR(known.below, 20.0, 1e-9);
  EXPECT_NEAR(known.above, 10.0, 1e-9);
  EXPECT_NEAR(known.standard_error, 15.0 / half_interval(1.0), 1e-9);
  EXPECT_EQ(unknown.standard_error, 0.0);  // a cell of an older program
}

// An arm whose run ended before the step in one seed has no measure there: values would stand under other seeds.
TEST_F(Results, ACurveThatEndsEarlyHasNoLaterMeasure) {
  const StudyOptions options = study("seeds: [4, 2, 9]\n" + kCurve);
  cases::results_by_hand(options, three_seeds(), folder_);
  const auto arms = resolve_arms(options, 100);
  CellResult early = read_cell_result({"switch", 2, Phase::kInstruct}, {folder_});
  early.curve.erase(4);
  write_cell_result(early, {folder_});
  const auto measures = study_measures(options, arms, read_cell_results(study_cells(options, arms), {folder_}));
  EXPECT_FALSE(measure_of(measures, "curve/instruct@90").by_arm.contains("switch"));
  EXPECT_EQ(measure_of(measures, "curve/instruct@90").by_arm.at("dense").size(), 3u);
  EXPECT_TRUE(measure_of(measures, "curve/instruct@60").by_arm.contains("switch"));
}

// Switch minus dense: -15, -15, -15 before, 30, 15, 15 after. The seeds pass zero at 30, 45 and 45 of 90 steps, their
// mean at 90 * 15 / 35; 1 of 27 resamples is of the first seed alone. GShard minus its twin is 0 before.
TEST_F(Results, CrossingsSayWhenASparseModelOvertakes) {
  const StudyOptions options = study("seeds: [4, 2, 9]\n" + kCurve);
  const Json results = cases::results_by_hand(options, three_seeds(), folder_);
  ASSERT_EQ(results["crossings"].size(), 2u);
  const Json& crossing = results["crossings"][0];
  EXPECT_EQ(crossing["label"], "Switch over Dense");
  EXPECT_EQ(crossing["weights"], Json({{"dense", -1.0}, {"switch", 1.0}}));
  EXPECT_EQ(crossing["steps"], Json({0, 10, 30, 60, 90}));
  expect_numbers(crossing["mean"], {-15.0, -100.0 / 9.0, -10.0 / 3.0, 25.0 / 3.0, 20.0});
  EXPECT_EQ(crossing["fit"], crossing["mean"]);
  EXPECT_NEAR(crossing["step"].get<double>(), 270.0 / 7.0, 1e-9);
  EXPECT_NEAR(crossing["low"].get<double>(), 30.0, 1e-9);
  EXPECT_NEAR(crossing["high"].get<double>(), 45.0, 1e-9);
  EXPECT_EQ(crossing["text"], "Switch over Dense: above zero from step 39 on (95% over 3 seeds: 30 to 45)");
  const Json& other = results["crossings"][1];
  EXPECT_TRUE(other["step"].is_null());
  EXPECT_TRUE(other["low"].is_null());
  EXPECT_EQ(other["text"], "GShard over Wide: not below zero at the beginning");
  const StudyOptions without_curves = study("seeds: [4, 2, 9]\n" + kOneLook);
  EXPECT_TRUE(cases::results_by_hand(without_curves, three_seeds(), folder_)["crossings"].empty());
}

// Seven items that were all wrong, or all right, say little, and nothing outside the scale.
TEST_F(Results, ItemsThatAllAgreeHaveAnInterval) {
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

// Four runs of two arms that all tie, item by item, are not equal for sure: seven items a task could have fallen
// otherwise.
TEST_F(Results, TiesOnFewItemsDecideNothing) {
  cases::HandScores scores;
  scores.standard_error = 0.0;
  for (const char* arm : {"dense", "switch", "dense_wide", "gshard"})
    scores.pretrained[arm] = scores.instructed[arm] = {100, 100, 100, 100};
  const std::string asked =
      "seeds: [4, 2, 9, 7]\nprotocol: {looks: [4]}\n"
      "comparisons: {tie: {measure: heldout/instructed, margin: 2, parts: [{arm: switch, over: dense}]}}\n";
  const Json verdict = cases::results_by_hand(study(asked), scores, folder_)["verdicts"].at(0);
  EXPECT_EQ(verdict["answer"], "undecided");
  EXPECT_LT(verdict["interval"]["low"], -2.0);
}

// Nine questions of one task and one of another: a row is a row, whichever task it is of.
TEST_F(Results, HeldInRowsCountAlike) {
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

// Whether a set is at its chance, which rate each run took, and how far training rows are ahead of test rows.
TEST_F(Results, FinetuningsAreToldOneByOne) {
  const StudyOptions options = study(kThreeSeedsQuick);
  cases::results_by_hand(options, three_seeds(), folder_);
  const auto arms = resolve_arms(options, 100);
  const std::vector<Cell> cells = study_cells(options, arms);
  CellResult cell = read_cell_result({"switch", 2, Phase::kFinetune, "two", true}, {folder_});
  cell.rate = 0.003;
  cell.rates = {{{"rate", 0.003}, {"validation", 40.0}}, {{"rate", 0.01}, {"validation", 30.0}}};
  cell.course = {{{"step", 4}, {"train", 90.0}, {"test", 40.0}}};
  write_cell_result(cell, {folder_});
  const Json rows = study_results(options, arms, cells, {folder_}, {folder_, "", ""})["finetunings"];
  ASSERT_EQ(rows.size(), 4u * 2u * 2u * 3u);  // arms, sets, ways, seeds
  const auto row = [&rows](const std::string& set, const std::string& way, int64_t seed) {
    for (const Json& one : rows) {
      if (one["arm"] == "switch" && one["set"] == set && one["way"] == way && one["seed"] == seed) return one;
    }
    throw std::runtime_error("no such row");
  };
  EXPECT_EQ(row("two", "instructed", 2), Json({{"arm", "switch"},
                                               {"set", "two"},
                                               {"way", "instructed"},
                                               {"seed", 2},
                                               {"score", 45.0},
                                               {"chance", 0.0},
                                               {"rate", 0.003},
                                               {"rates", cell.rates},
                                               {"course", cell.course}}));
  EXPECT_EQ(row("one", "direct", 4)["score"], 12.5);
  EXPECT_TRUE(row("one", "direct", 4)["rate"].is_null());  // a cell that does not say it
}

// Which program made it, and all of its settings: read back, they are the study's own.
TEST_F(Results, SayWhatMadeThem) {
  const StudyOptions options = study(kThreeSeedsQuick);
  const Json results = cases::results_by_hand(options, three_seeds(), folder_);
  EXPECT_EQ(results["timing"]["commit"], "abc");
  StudyOptions again;
  load_study_options(parse_config(results["config"].get<std::string>(), "config"), again);
  EXPECT_EQ(dump_options(again), dump_options(options));
}

TEST_F(Results, ArmsSayTheArithmeticThatWasDone) {
  const StudyOptions options = study("seeds: [4, 2, 9]\n");
  const Json results = cases::results_by_hand(options, three_seeds(), folder_);
  EXPECT_TRUE(named(results["arms"], "name", "dense")["executed_flops_per_token"].is_null());
  const Json& arm = named(results["arms"], "name", "gshard");
  const ModelOptions model = arm_of(resolve_arms(options, 100), "gshard").recipe.model;
  const auto executed = [&model](double encoder, double decoder) {
    return executed_flops_per_token(model, {{Stack::kEncoder, 1, encoder}, {Stack::kDecoder, 1, decoder}});
  };
  const Json& done = arm["executed_flops_per_token"];
  EXPECT_DOUBLE_EQ(done["pretrain"], executed(0.5, 0.875));
  EXPECT_DOUBLE_EQ(done["instruct"], executed(0.5, 1.0));
  EXPECT_DOUBLE_EQ(done["evaluation"], executed(0.75, 0.75));
  EXPECT_LT(done["pretrain"], arm["flops_per_token"]);
}

TEST_F(Results, LayersSayTheCeilingOfTheirUtilisation) {
  const Json results = three();
  const auto ceiling = [&results](const char* list, const std::string& arm) {
    return named(results[list], "arm", arm)["layers"].at(1)["utilisation_ceiling"];
  };
  EXPECT_DOUBLE_EQ(ceiling("routing", "switch"), 0.5);           // one choice over a factor of 2
  EXPECT_DOUBLE_EQ(ceiling("training_routing", "switch"), 0.8);  // over 1.25
  EXPECT_TRUE(ceiling("routing", "gshard").is_null());           // two choices fill it
}

TEST_F(Results, ArmsSayTheirRecipe) {
  const StudyOptions options = study(
      "seeds: [4, 2, 9]\npretrain: {steps: 30}\ninstruct: {dropout: 0.05}\n"
      "heldout: {shots: 2}\nmixture: {max_shots: 4}\n");
  const Json results = cases::results_by_hand(options, three_seeds(), folder_);
  const Json& recipe = named(results["arms"], "name", "gshard")["recipe"];
  EXPECT_EQ(recipe["d_model"], 32);
  EXPECT_EQ(recipe["num_layers"], 4);
  EXPECT_EQ(recipe["num_sparse_layers"], 2);
  EXPECT_EQ(recipe["heldout_shots"], 2);
  EXPECT_EQ(recipe["pretrain"]["steps"], 30);
  EXPECT_EQ(recipe["pretrain"]["dropout"], 0.0);  // the model's
  EXPECT_EQ(recipe["instruct"]["dropout"], 0.05);
  EXPECT_EQ(recipe["instruct"]["max_shots"], 4);
  EXPECT_EQ(recipe["instruct"]["balance_loss"], 0.01);
  EXPECT_TRUE(recipe["finetune"].is_object());
  EXPECT_EQ(named(results["arms"], "name", "dense")["recipe"]["num_sparse_layers"], 0);
}

// What is known to be measured before the first run is what is measured.
TEST_F(Results, MeasureWhatWasPromised) {
  const StudyOptions options = study("seeds: [4, 2, 9]\ncorpus: {held_out_share: 0.5}\n" + kCurve);
  std::set<std::string> found;
  const Json results = cases::results_by_hand(options, three_seeds(), folder_);
  for (const Json& measure : results["measures"]) {
    const std::string id = measure["id"];
    EXPECT_NO_THROW(check_measure_id(id, options, "")) << id;
    if (!id.starts_with("suite/")) found.insert(id);
  }
  const auto promised = measure_ids(options);
  EXPECT_EQ(found, std::set<std::string>(promised.begin(), promised.end()));
}

TEST_F(Results, HoldWhatTheReportReads) {
  const Json results = three();
  EXPECT_EQ(results["format"], 2);
  EXPECT_EQ(results["command"], "flanmoe study by-hand");
  EXPECT_EQ(results["suites"], Json({"exam", "qa"}));
  EXPECT_EQ(results["data"]["counts"]["facts"], 12);
  const Json& arm = named(results["arms"], "name", "gshard");
  EXPECT_EQ(arm["label"], "GShard");
  EXPECT_EQ(arm["twin"], "dense_wide");
  EXPECT_EQ(arm["k"], 2);
  EXPECT_TRUE(arm["sparse"].get<bool>());
  EXPECT_EQ(arm["disk_bytes"], 1000);  // of the first seed
  EXPECT_GT(arm["total_parameters"].get<int64_t>(), arm["active_parameters"].get<int64_t>());
  EXPECT_EQ(results["tasks"].size(), 4u * 2u * (4u + 3u));  // arms, stages, held-out and validation
  const Json& task = results["tasks"][0];                   // dense, pretrained, exam/a
  EXPECT_NEAR(task["score"].get<double>(), 50.0, 1e-9);
  EXPECT_NEAR(task["standard_error"].get<double>(), 6.0 / std::sqrt(3.0), 1e-9);
  EXPECT_EQ(results["curves"].size(), 4u * 2u * 3u);
  EXPECT_EQ(results["curves"][0]["points"][0], Json({{"step", 2}, {"tokens", 20}, {"train/loss", 3.0}}));
  EXPECT_EQ(results["curves"][0]["points"][1], Json({{"step", 3}, {"tokens", 30}, {"eval/normalised_average", 4.5}}));
  ASSERT_EQ(results["routing"].size(), 4u);  // two sparse arms before and after
  EXPECT_EQ(results["routing"][1]["stage"], "instructed");
  ASSERT_EQ(results["capacity"].size(), 2u);
  EXPECT_NEAR(results["capacity"][0]["default"]["mean"].get<double>(), (52.5 + 52.5 + 28.75) / 3.0, 1e-9);
  EXPECT_NEAR(results["capacity"][0]["unlimited"]["mean"].get<double>(), (52.5 + 52.5 + 28.75) / 3.0 + 4.75, 1e-9);
  const Json& cost = named(results["timing"]["cost"], "arm", "switch");
  EXPECT_NEAR(cost["train_overhead"].get<double>(), 0.25, 1e-9);
  EXPECT_NEAR(cost["decode_overhead"].get<double>(), -0.2, 1e-9);
  EXPECT_TRUE(named(results["timing"]["cost"], "arm", "dense")["train_overhead"].is_null());
  EXPECT_NEAR(results["timing"]["cell_seconds"].get<double>(), 4.0 * 3.0 * 6.0 * 2.5, 1e-9);
}

TEST_F(Results, AreTheSameBytesTwice) {
  Json first = three(), second = three();
  first.erase("timing");
  second.erase("timing");
  EXPECT_EQ(first.dump(), second.dump());
}

TEST_F(Results, WithoutSparseArmsOrFinetuneSets) {
  StudyOptions options;
  load_options(parse_config("model: {d_model: 16, d_kv: 4, num_heads: 3, d_ff: 24}\narms: {dense: {}}\n"
                            "seeds: [1, 2]\ncost_steps: 0\n",
                            "study.yaml"),
               options);
  cases::HandScores scores;
  scores.pretrained = {{"dense", {40, 55}}};
  scores.instructed = {{"dense", {55, 55}}};
  const Json results = cases::results_by_hand(options, scores, folder_);
  EXPECT_TRUE(results["verdicts"].empty());
  EXPECT_TRUE(results["routing"].empty());
  EXPECT_TRUE(results["capacity"].empty());
  EXPECT_TRUE(results["timing"]["cost"].empty());
  for (const Json& measure : results["measures"]) {
    EXPECT_FALSE(measure["id"].get<std::string>().starts_with("finetune")) << measure["id"];
    EXPECT_TRUE(measure["differences"].empty());
  }
}

TEST_F(Results, NeedEveryCell) {
  const StudyOptions options = study("seeds: [3]\n");
  cases::results_by_hand(options, one_seed(), folder_);
  const StudyFolder folder{folder_};
  fs::remove(folder.result({"gshard", 3, Phase::kInstruct}));
  const auto arms = resolve_arms(options, 100);
  const std::string message = message_of<UserError>([&] {
    study_results(options, arms, study_cells(options, arms), folder, {folder_, "", ""});
  });
  EXPECT_NE(message.find("gshard/seed-3/instruct/result.json"), std::string::npos) << message;
}

}  // namespace
}  // namespace flanmoe
