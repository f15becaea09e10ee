// The grid's cells and the training run of one of them.
#include "base/error.h"
#include "base/files.h"
#include "data/batch_source.h"
#include "data/data_case.h"
#include "data/task_paths.h"
#include "model/folder.h"
#include "study/cells.h"
#include "train/checkpoint.h"

#include <set>

namespace flanmoe {
namespace {

const std::string kArms = R"(
model: {d_model: 16, d_kv: 4, num_heads: 2, d_ff: 24, num_layers: 2, num_decoder_layers: 2}
arms:
  dense: {twin_of: switch}
  switch: {twin: dense, model: {moe: {num_experts: 4}}}
)";

class Cells : public FolderTest {
 protected:
  static StudyOptions study(const std::string& more) {
    StudyOptions options;
    load_options(parse_config(kArms + more, "study.yaml"), options);
    return options;
  }
  StudyFolder folder() const { return {folder_}; }
};

TEST_F(Cells, ComeAfterTheCellTheyNeed) {
  const StudyOptions options =
      study("seeds: [3, 1]\nfinetune_sets: [\"{data}/finetune/a.yaml\", \"{data}/finetune/b.yaml\"]\n");
  const auto cells = study_cells(options, resolve_arms(options, 100));
  EXPECT_EQ(cells.size(), 2u * 2u * (1 + 1 + 2 * 2));  // arms, seeds; pretrain, instruct, two ways to each set
  std::set<std::string> names;
  std::map<std::string, int64_t> phases;
  for (const Cell& cell : cells) {
    EXPECT_TRUE(cell.after.empty() || names.contains(cell.after)) << cell.name << " after " << cell.after;
    EXPECT_TRUE(names.insert(cell.name).second) << cell.name;
    EXPECT_TRUE(cell.name.starts_with(cell.arm + "/seed-" + std::to_string(cell.seed) + "/" + cell.phase)) << cell.name;
    EXPECT_TRUE(cell.after.empty() || cell.after.starts_with(cell.arm + "/seed-" + std::to_string(cell.seed) + "/"))
        << cell.after;
    ++phases[cell.phase];
    EXPECT_EQ(cell.phase == Phase::kPretrain, cell.after.empty()) << cell.name;
    EXPECT_TRUE(cell.phase != "instruct" || cell.after.ends_with("/pretrain")) << cell.name;
    if (cell.phase != "finetune") continue;
    EXPECT_TRUE(cell.set == "a" || cell.set == "b");
    EXPECT_TRUE(cell.after.ends_with(cell.instructed ? "/instruct" : "/pretrain"));
  }
  EXPECT_EQ(phases["pretrain"], 4);
  EXPECT_EQ(phases["instruct"], 4);
  EXPECT_EQ(phases["finetune"], 16);
  EXPECT_EQ(folder().cell("switch/seed-1/instruct"), folder_ / "cells/switch/seed-1/instruct");
  EXPECT_EQ(folder().result("x"), folder_ / "cells/x/result.json");
}

TEST_F(Cells, HaveTheRunOfTheirPhase) {
  const StudyOptions options = study(
      "seeds: [5]\nnum_sentinels: 20\nfinetune_sets: [\"{data}/finetune/a.yaml\", \"{data}/finetune/b.yaml\"]\n"
      "pretrain: {steps: 11}\ninstruct: {steps: 12}\nfinetune: {steps: 13}\n"
      "mixture: {tasks: [\"{data}/tasks\"]}\nfinetune_mixture: {few_shot_share: 0.125}\n");
  const auto arms = resolve_arms(options, 100);
  const T5Model model(arms[1].model, 1);
  for (const char* name : {"switch/seed-5/pretrain", "switch/seed-5/instruct"}) {
    T5Model trained = model;
    class Nothing : public BatchSource {
     public:
      TokenBatch batch(uint64_t) const override {
        TokenBatch batch{at::ones({1, 2}, at::kLong), at::ones({1, 2}, at::kLong), {}, {}, 1, 2, 2};
        return batch;
      }
      std::string describe() const override { return ""; }
    };
    TrainOptions one;
    one.steps = 1;
    std::filesystem::create_directories(folder().cell(name));
    train(trained, Nothing(), one, {folder().cell(name), "test", "", 1});
  }
  std::map<std::string, RunOptions> runs;
  for (const Cell& cell : study_cells(options, arms)) {
    if (cell.arm == "switch") runs[cell.name.substr(14)] = cell_run(options, arms, cell, folder());
  }
  ASSERT_EQ(runs.size(), 6u);
  for (const auto& [name, run] : runs) {
    EXPECT_EQ(run.seed, 5) << name;
    EXPECT_EQ(run.num_sentinels, 20) << name;
    EXPECT_EQ(run.data, (folder_ / "world").string()) << name;
    EXPECT_EQ(run.model.moe.num_experts, 4) << name;
  }
  EXPECT_EQ(runs["pretrain"].train.steps, 11);
  EXPECT_EQ(runs["pretrain"].init, "");
  EXPECT_EQ(runs["instruct"].train.steps, 12);
  EXPECT_EQ(runs["instruct"].mixture.tasks, std::vector<std::string>{"{data}/tasks"});
  EXPECT_TRUE(runs["instruct"].init.ends_with("switch/seed-5/pretrain/checkpoints/step-1")) << runs["instruct"].init;
  EXPECT_EQ(runs["finetune-b-direct"].train.steps, 13);
  EXPECT_EQ(runs["finetune-b-direct"].mixture.tasks, std::vector<std::string>{"{data}/finetune/b.yaml"});
  EXPECT_EQ(runs["finetune-b-direct"].mixture.few_shot_share, 0.125);
  EXPECT_NE(runs["finetune-b-direct"].init.find("pretrain"), std::string::npos);
  EXPECT_NE(runs["finetune-b-instructed"].init.find("instruct/"), std::string::npos);
}

TEST_F(Cells, WithoutTheModelTheyStartFromAreRefused) {
  const StudyOptions options = study("");
  const auto arms = resolve_arms(options, 100);
  for (const Cell& cell : study_cells(options, arms)) {
    if (cell.after.empty()) continue;
    EXPECT_NE(message_of<RunError>([&] { cell_run(options, arms, cell, folder()); }).find(cell.after),
              std::string::npos);
  }
}

class Run : public FolderTest {
 protected:
  RunOptions pretraining() const {
    put("corpus.txt", "the river Vorna runs past quiet towns.\n\nbakers sell bread near every bridge of stone.\n");
    std::filesystem::copy_file(cases::tokenizer().model_file(), folder_ / "spiece.model",
                               std::filesystem::copy_options::skip_existing);
    RunOptions run;
    run.data = folder_.string();
    run.num_sentinels = 20;
    run.model.d_model = 16;
    run.model.d_kv = 4;
    run.model.num_heads = 2;
    run.model.d_ff = 24;
    run.model.moe.num_experts = 3;
    run.corpus.files = {"{data}/corpus.txt"};
    run.corpus.rows_per_batch = 4;
    run.train.steps = 2;
    return run;
  }
};

TEST_F(Run, PretrainsThenTunesItsOwnCheckpoint) {
  RunOptions run = pretraining();
  const TrainResult result = run_training(run, folder_ / "pretrain", "pretrain");
  EXPECT_EQ(result.steps, 2);
  EXPECT_GT(result.num_tokens, 0);
  const auto checkpoint = newest_checkpoint(folder_ / "pretrain");
  const T5Model trained = load_model(checkpoint);
  EXPECT_EQ(trained.options().vocab_size, cases::tokenizer().vocab_size());
  put("rows.jsonl", R"({"id": "1", "fields": {"q": "quiet towns"}, "answers": ["bread"]})"
                    "\n");
  put("task.yaml",
      "name: t\nsuite: qa\nformat: jsonl\nmetric: exact_match\nsplits: {train: rows.jsonl, test: "
      "rows.jsonl}\ntemplates: [{input: \"{q}\"}]\n");
  run.mode = Phase::kInstruct;
  run.init = checkpoint.string();
  run.mixture.tasks = {"{data}/task.yaml"};
  run.mixture.examples_per_batch = 2;
  run.train.eval_every = 1;
  run.validation.tasks = {"{data}/task.yaml"};
  run.validation.max_new_tokens = 3;
  EXPECT_EQ(run_training(run, folder_ / "instruct", "instruct").steps, 2);
  const auto lines = read_lines(folder_ / "instruct/metrics.jsonl");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_TRUE(parse_json(lines[0], "metrics").contains("eval/qa_direct")) << lines[0];
}

TEST_F(Run, AnotherConfigurationInTheSameFolderIsShown) {
  RunOptions run = pretraining();
  run_training(run, folder_ / "run", "pretrain");
  EXPECT_EQ(run_training(run, folder_ / "run", "pretrain").steps, 2);  // the same again: nothing to do
  run.train.optimizer.learning_rate = 0.125;
  const std::string message = message_of<UserError>([&] { run_training(run, folder_ / "run", "pretrain"); });
  for (const char* part : {"learning_rate: 0.003", "learning_rate: 0.125"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(Run, AModelOfASmallerVocabularyIsRefused) {
  RunOptions run = pretraining();
  ModelOptions small = run.model;
  small.vocab_size = 30;
  std::filesystem::create_directories(folder_ / "model");
  save_model(T5Model(small, 1), folder_ / "model");
  run.init = (folder_ / "model").string();
  const std::string message = message_of<UserError>([&] { run_training(run, folder_ / "run", "x"); });
  for (const char* part : {"30", "tokenizer"}) EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(Paths, DataStandsForTheDataFolder) {
  EXPECT_EQ(resolve_path("{data}/a/b.yaml", "/x"), std::filesystem::path("/x/a/b.yaml"));
  EXPECT_EQ(resolve_path("a/b.yaml", "/x"), std::filesystem::path("a/b.yaml"));
}

}  // namespace
}  // namespace flanmoe
