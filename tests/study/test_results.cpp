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
    if (measure["unit"] != "percent") continue;
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
  const StudyOptions options = study("seeds: [4, 2, 9]\n");
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
