// What results.json of made-up cells holds beside its measures: arms, tasks, routing, cost; read from every cell.
#include "study/results.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/error.h"
#include "model/executed_flops.h"
#include "study/measure_ids.h"
#include "study/measures.h"
#include "study/results_case.h"

namespace flanmoe {
namespace {

class Results : public cases::ResultsTest {};

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
    json["log_odds"] = {{"a", 0.5}, {"c", 1.5}};  // without their errors
    write_json(folder.result(cell.key), json);
  }
  const Json results = study_results(options, arms, cells, folder, {folder_, "", ""});
  EXPECT_EQ(results["capacity"].size(), 2u);
  EXPECT_TRUE(results["drops"].empty());
  const Json& odds = named(results["measures"], "id", "log-odds/instructed");
  expect_numbers(named(odds["arms"], "arm", "gshard")["values"], {1.0, 1.0, 1.0});
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
  EXPECT_EQ(results["evaluations"],
            Json::array({{{"name", "unlimited"}, {"label", "no expert ever full"}, {"over", ""}}}));
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
