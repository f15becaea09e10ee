// What another study has trained in exactly the same way is copied as if it had been trained here; nothing else is.
#include "study/reuse.h"

#include "base/error.h"
#include "model/folder.h"
#include "run/copied_run.h"
#include "run/run.h"
#include "run/run_case.h"
#include "run/upcycled_folder.h"
#include "tensor/platform.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

class Reuse : public cases::RunTest {
 protected:
  static CellKey key(const std::string& arm, Phase phase) { return {arm, 1, phase}; }
  StudyFolder here() const { return {folder_ / "here"}; }
  StudyFolder other() const { return {folder_ / other_}; }

  // A cell of the study, trained to its end.
  static std::filesystem::path train(const StudyFolder& study, const std::string& arm, const RunOptions& run) {
    CellResult result;
    result.key = key(arm, run.mode);
    make_folders(study.cell(result.key));
    result.steps = run_training(run, study.cell(result.key), arm).steps;
    result.train_seconds = 2.5;
    result.peak_memory_bytes = 4096;
    result.commit = "abc";
    result.platform = platform_json();
    write_cell_result(result, study);
    return newest_checkpoint(study.cell(result.key));
  }

  // What the log says while the cell of `arm` here is looked for in the other study.
  std::string take(const RunOptions& run, const std::string& arm = "mine", int64_t average = 1) const {
    const Cell cell{key(arm, run.mode), std::nullopt};
    make_folders(here().cell(cell.key));
    testing::internal::CaptureStderr();
    take_training(cell, run, average, here(), {other().root});
    return testing::internal::GetCapturedStderr();
  }
  bool is_taken(const std::string& arm, Phase phase) const {
    return !origin_of_run(here().cell(key(arm, phase))).is_null();
  }
  void expect_left(const RunOptions& run, const std::string& reason, int64_t average = 1) const {
    const std::string said = take(run, "mine", average);
    EXPECT_NE(said.find(reason), std::string::npos) << reason << " in: " << said;
    EXPECT_FALSE(fs::exists(here().cell(key("mine", run.mode)) / "checkpoints"));
    EXPECT_FALSE(fs::exists(here().cell(key("mine", run.mode)) / "config.yaml"));
  }
  void change_result(const std::string& arm, const std::function<void(Json&)>& change) const {
    const auto file = other().result(key(arm, Phase::kPretrain));
    Json result = read_json(file);
    change(result);
    write_json(file, result);
  }

  std::string other_ = "other";
};

std::string without_times(const std::filesystem::path& metrics) {
  std::string text;
  for (const std::string& line : read_lines(metrics)) {
    Json values = parse_json(line, "metrics");
    for (const char* key : {"wall_time", "train/tokens_per_second", "train/loader_wait"}) values.erase(key);
    text += values.dump() + "\n";
  }
  return text;
}

// Both with the same paths: but for the record of where it is from, a taken run is the trained one.
TEST_F(Reuse, ATakenRunIsTheOneThatWouldBeTrained) {
  RunOptions run = pretraining();
  RunOptions slower = run;
  slower.train.optimizer.learning_rate = 0.001;
  train(other(), "mine", slower);
  train(other(), "theirs", run);
  fs::copy(data_, folder_ / "elsewhere", fs::copy_options::recursive);
  run.data = (folder_ / "elsewhere").string();
  train(here(), "trained", run);
  const std::string said = take(run);
  EXPECT_NE(said.find("mine/seed-1/pretrain: taken from " + other().cell(key("theirs", run.mode)).string()),
            std::string::npos)
      << said;
  const auto taken = here().cell(key("mine", run.mode)), trained = here().cell(key("trained", run.mode));
  for (const char* file : {"config.yaml", "inputs.json", "checkpoints/step-2/manifest.json",
                           "checkpoints/step-4/manifest.json", "checkpoints/step-4/model.safetensors"})
    EXPECT_EQ(content_of(taken / file), content_of(trained / file)) << file;
  EXPECT_EQ(without_times(taken / "metrics.jsonl"), without_times(trained / "metrics.jsonl"));

  const std::string lines = content_of(taken / "metrics.jsonl");
  EXPECT_EQ(lines, content_of(other().cell(key("theirs", run.mode)) / "metrics.jsonl"));
  const TrainResult again = run_training(run, taken, "again");
  EXPECT_EQ(again.steps, 4);
  EXPECT_EQ(content_of(taken / "metrics.jsonl"), lines);  // nothing was trained
  EXPECT_FALSE(files_in(taken / "events", "").empty());

  const Json origin = origin_of_run(taken);
  EXPECT_EQ(origin["study"], other().root.string());
  EXPECT_EQ(origin["cell"], "theirs/seed-1/pretrain");
  EXPECT_EQ(origin["train_seconds"], 2.5);
  EXPECT_EQ(origin["commit"], "abc");
  EXPECT_EQ(origin["platform"], platform_json());
  EXPECT_TRUE(origin_of_run(trained).is_null());
}

TEST_F(Reuse, ARunOfOtherSettingsIsLeftAndTheNearestNamed) {
  const RunOptions run = pretraining();
  RunOptions other_rate = run, other_model = run;
  other_rate.train.optimizer.learning_rate = 0.001;
  other_model.model.d_ff = 28;
  other_model.train.steps = 2;
  train(other(), "a", other_model);
  train(other(), "b", other_rate);
  expect_left(run, "not taken from " + other().root.string() +
                       ", whose nearest done cell is 'b/seed-1/pretrain': 'train.optimizer.learning_rate' is 0.001 "
                       "there, 0.003 here");
  other_model.train.steps = 3;
  expect_left(other_model, "'a/seed-1/pretrain': 'train.steps' is 2 there, 3 here");
  RunOptions other_seed = run;
  other_seed.seed = 2;  // another draw of the same seed's cell
  expect_left(other_seed, "'b/seed-1/pretrain': 'seed' is 1 there, 2 here, and 1 more settings are others");
  fs::remove_all(other().root / "cells");
  expect_left(run, "which has no done cell of seed 1 and phase pretrain");
}

TEST_F(Reuse, ARunOfAnotherContentIsLeft) {
  const RunOptions run = pretraining();
  train(other(), "mine", run);
  const std::string text = content_of(data_ / "corpus.txt");
  put_data("corpus.txt", text.substr(0, text.size() - 3) + "s.\n");
  expect_left(run, "'mine/seed-1/pretrain': 'corpus.files', file 1 has another content there");
  put_data("corpus.txt", text);
  take(run);
  EXPECT_TRUE(is_taken("mine", run.mode));
}

// Settings of a validation that no step asks for are not read.
TEST_F(Reuse, AValidationCountsWhereItIsAskedFor) {
  RunOptions run = pretraining();
  train(other(), "plain", run);
  RunOptions asked = run;
  asked.train.eval_every = 2;
  asked.validation.files = {"{data}/corpus.txt"};
  asked.validation.loss_batches = 2;
  train(other(), "asked", asked);
  asked.validation.loss_batches = 1;
  expect_left(asked, "'validation.loss_batches' is 2 there, 1 here");
  run.validation.loss_batches = 1;
  take(run);
  EXPECT_EQ(origin_of_run(here().cell(key("mine", run.mode)))["cell"], "plain/seed-1/pretrain");
}

TEST_F(Reuse, ATuningIsTakenWhereItBeganWithTheSameWeights) {
  RunOptions pretrain = pretraining(), tune = tuning();
  tune.init = train(other(), "theirs", pretrain).string();
  train(other(), "theirs+tasks=all", tune);
  pretrain.seed = 2;
  tune.init = train(here(), "seeded", pretrain).string();
  expect_left(tune, "the model that it began with has other weights");

  fs::rename(other().root, folder_ / "moved");
  other_ = "moved";
  pretrain.seed = 1;
  EXPECT_NE(take(pretrain).find("taken from"), std::string::npos);
  tune.init = newest_checkpoint(here().cell(key("mine", Phase::kPretrain))).string();
  const std::string said = take(tune);
  EXPECT_TRUE(is_taken("mine", Phase::kInstruct)) << said;
  EXPECT_EQ(run_training(tune, here().cell(key("mine", Phase::kInstruct)), "again").steps, 4);

  fs::remove_all(here().cell(key("mine", Phase::kInstruct)));
  fs::remove_all(other().cell(key("theirs", Phase::kPretrain)) / "checkpoints/step-4");
  expect_left(tune, "the model that it began with is gone (" + other().root.string() +
                        "/cells/theirs/seed-1/pretrain/checkpoints/step-4)");
}

// An upcycled arm begins its pre-training with a folder of its own.
TEST_F(Reuse, APretrainingOfCopiedExpertsIsTakenToo) {
  RunOptions dense = pretraining();
  const MoeOptions moe = dense.model.moe;
  dense.model.moe = {};
  const auto model = train(other(), "dense", dense);
  RunOptions sparse = pretraining();
  for (const StudyFolder& study : {other(), here()}) {
    sparse.init = study.upcycled(key("mine", Phase::kPretrain)).string();
    make_folders(sparse.init);
    write_upcycled(load_model(model), model, moe, 0.0, 1, sparse.init);
    if (study.root == other().root) train(other(), "mine", sparse);
  }
  const std::string said = take(sparse);
  EXPECT_TRUE(is_taken("mine", Phase::kPretrain)) << said;
}

TEST_F(Reuse, CheckpointsThatAreGoneOrDamagedAreNotTaken) {
  const RunOptions run = pretraining();
  train(other(), "mine", run);
  expect_left(run, "2 of its checkpoints are left, and the last 3 are averaged here", 3);
  const auto checkpoints = other().cell(key("mine", run.mode)) / "checkpoints";
  const std::string tokenizer = content_of(checkpoints / "step-2/spiece.model");
  put("other/cells/mine/seed-1/pretrain/checkpoints/step-2/spiece.model", tokenizer + "x");
  expect_left(run, "cannot be taken from " + other().cell(key("mine", run.mode)).string() + ": " +
                       (checkpoints / "step-2/spiece.model").string() + " is damaged: it has ");
  put("other/cells/mine/seed-1/pretrain/checkpoints/step-2/spiece.model", tokenizer);
  fs::rename(checkpoints / "step-4", checkpoints / "step-4.damaged");
  expect_left(run, "its last checkpoint is gone");
  fs::remove(other().cell(key("mine", run.mode)) / "config.yaml");
  fs::rename(checkpoints / "step-4.damaged", checkpoints / "step-4");
  expect_left(run, "config.yaml");
}

TEST_F(Reuse, ARunOfAnotherPlatformOrWithoutResultIsLeft) {
  const RunOptions run = pretraining();
  train(other(), "mine", run);
  change_result("mine", [](Json& result) { result["timing"]["platform"]["threads"] = 77; });
  expect_left(run, "'mine/seed-1/pretrain': it was trained on another platform: threads 77 there");
  fs::remove(other().result(key("mine", run.mode)));
  expect_left(run, "which has no done cell of seed 1 and phase pretrain");
}

TEST_F(Reuse, WhatWasBegunHereStays) {
  const RunOptions run = pretraining();
  train(other(), "mine", run);
  const auto checkpoints = here().cell(key("mine", run.mode)) / "checkpoints";
  make_folders(checkpoints / "step-2.damaged");
  EXPECT_EQ(take(run), "");
  EXPECT_FALSE(is_taken("mine", run.mode));
  RunOptions finetuning = tuning();
  finetuning.mode = Phase::kFinetune;
  EXPECT_EQ(take(finetuning), "");
}

// Killed in front of the last step of copying: what is there is trained over, or copied again.
TEST_F(Reuse, ACopyWithoutCheckpointsIsNoRun) {
  const RunOptions run = pretraining();
  train(other(), "mine", run);
  take(run);
  const auto cell = here().cell(key("mine", run.mode));
  const std::string taken = content_of(cell / "metrics.jsonl");
  fs::rename(cell / "checkpoints", cell / "checkpoints.tmp-1-1");
  run_training(run, cell, "again");
  EXPECT_NE(content_of(cell / "metrics.jsonl"), taken);
  EXPECT_EQ(without_times(cell / "metrics.jsonl"),
            without_times(other().cell(key("mine", run.mode)) / "metrics.jsonl"));
  EXPECT_FALSE(is_taken("mine", run.mode));
  fs::remove_all(cell / "checkpoints");
  make_folders(cell / "checkpoints/step-2.tmp-1-1");
  take(run);
  EXPECT_TRUE(is_taken("mine", run.mode));
  EXPECT_EQ(content_of(cell / "metrics.jsonl"), taken);
}

// What was known of the training is handed on; the folder is the one that it was taken from.
TEST_F(Reuse, ACellThatWasTakenItselfIsTaken) {
  const RunOptions run = pretraining();
  train(other(), "mine", run);
  change_result("mine", [](Json& result) {
    result["timing"]["reused"] = {{"study", "/first"},      {"cell", "a/seed-1/pretrain"}, {"train_seconds", 90.0},
                                  {"peak_memory_bytes", 7}, {"commit", "first"},           {"binary", "b"}};
  });
  take(run);
  const Json origin = origin_of_run(here().cell(key("mine", run.mode)));
  EXPECT_EQ(origin["study"], other().root.string());
  EXPECT_EQ(origin["cell"], "mine/seed-1/pretrain");
  EXPECT_EQ(origin["train_seconds"], 90.0);
  EXPECT_EQ(origin["commit"], "first");
}

TEST_F(Reuse, IsCountedByStudy) {
  CellResults results;
  for (const int64_t seed : {1, 2, 3}) {
    CellResult& result = results[{"a", seed, Phase::kPretrain}];
    result.key = {"a", seed, Phase::kPretrain};
    result.peak_memory_bytes = 10;
    if (seed < 3) result.reused = {{"study", "/runs/lab"}, {"train_seconds", 30.0}, {"peak_memory_bytes", 50}};
  }
  const Json reused = reused_json(results);
  EXPECT_EQ(reused, Json({{{"study", "/runs/lab"}, {"cells", 2}, {"train_seconds", 60.0}}}));
  EXPECT_EQ((results.at({"a", 1, Phase::kPretrain}).training_memory_bytes()), 50);
  EXPECT_EQ((results.at({"a", 3, Phase::kPretrain}).training_memory_bytes()), 10);
  testing::internal::CaptureStderr();
  tell_reused(reused, {"/runs/lab", "/runs/tasks"});
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("2 cells of this study were taken from /runs/lab, trained in 1 min 00 s"), std::string::npos)
      << said;
  EXPECT_NE(said.find("no cell of this study was taken from /runs/tasks"), std::string::npos) << said;
}

TEST_F(Reuse, AFolderThatIsNoOtherStudyIsRefused) {
  const auto error = [this](const std::filesystem::path& folder) {
    return message_of<UserError>([&] { check_other_studies({folder}, here()); });
  };
  const std::string expected = "; expected the folder of another study";
  make_folders(here().root);
  EXPECT_EQ(error(folder_ / "none"), "--reuse " + (folder_ / "none").string() + ": no such folder" + expected);
  EXPECT_EQ(error(here().root),
            "--reuse " + here().root.string() + ": this is the folder of the study itself" + expected);
  EXPECT_EQ(error(data_), "--reuse " + data_.string() + ": it has no config.yaml" + expected);
  run_training(pretraining(), folder_ / "run", "run");
  EXPECT_EQ(error(folder_ / "run"), "--reuse " + (folder_ / "run").string() +
                                        ": its config.yaml is not that of a study: it has no 'arms'" + expected);
  make_folders(other().root);
  put("other/config.yaml", dump_options(StudyOptions()));
  check_other_studies({other().root}, here());  // one that has just begun
}

}  // namespace
}  // namespace flanmoe
