// The grid's cells and the training run of one of them.
#include "base/error.h"
#include "base/files.h"
#include "data/batch_source.h"
#include "data/data_case.h"
#include "data/task_paths.h"
#include "model/folder.h"
#include "study/arms.h"
#include "study/cells.h"
#include "train/checkpoint.h"
#include "train/loop.h"

#include <algorithm>
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
  std::set<CellKey> known;
  std::set<std::string> names;
  std::map<std::string, int64_t> phases;
  for (const Cell& cell : cells) {
    const CellKey& key = cell.key;
    EXPECT_TRUE(!cell.after || known.contains(*cell.after)) << key.name() << " comes too early";
    EXPECT_TRUE(known.insert(key).second) << key.name();
    EXPECT_TRUE(names.insert(key.name()).second) << key.name();
    EXPECT_TRUE(key.name().starts_with(key.arm + "/seed-" + std::to_string(key.seed) + "/" + name_of(key.phase)));
    ++phases[name_of(key.phase)];
    EXPECT_EQ(key.phase == Phase::kPretrain, !cell.after) << key.name();
    if (!cell.after) continue;
    EXPECT_EQ(cell.after->arm, key.arm);
    EXPECT_EQ(cell.after->seed, key.seed);
    const bool from_instruct = key.phase == Phase::kFinetune && key.instructed;
    EXPECT_EQ(cell.after->phase, from_instruct ? Phase::kInstruct : Phase::kPretrain) << key.name();
    EXPECT_EQ(key.phase == Phase::kFinetune, key.set == "a" || key.set == "b") << key.name();
  }
  EXPECT_EQ(phases["pretrain"], 4);
  EXPECT_EQ(phases["instruct"], 4);
  EXPECT_EQ(phases["finetune"], 16);
  EXPECT_EQ(folder().cell({"switch", 1, Phase::kInstruct}), folder_ / "cells/switch/seed-1/instruct");
  EXPECT_EQ(folder().result({"switch", 1, Phase::kFinetune, "a", true}),
            folder_ / "cells/switch/seed-1/finetune-a-instructed/result.json");
}

TEST_F(Cells, HaveTheRunOfTheirPhase) {
  const StudyOptions options = study(
      "seeds: [5]\nnum_sentinels: 20\nfinetune_sets: [\"{data}/finetune/a.yaml\", \"{data}/finetune/b.yaml\"]\n"
      "pretrain: {steps: 11}\ninstruct: {steps: 12}\nfinetune: {steps: 13}\n"
      "mixture: {tasks: [\"{data}/tasks\"]}\nfinetune_mixture: {few_shot_share: 0.125}\n");
  const auto arms = resolve_arms(options, 100);
  const T5Model model(arms[1].recipe.model, 1);
  for (const Phase phase : {Phase::kPretrain, Phase::kInstruct}) {
    const CellKey key{"switch", 5, phase};
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
    std::filesystem::create_directories(folder().cell(key));
    train(trained, Nothing(), one, {folder().cell(key), "test", "", 1});
  }
  std::map<std::string, RunOptions> runs;
  for (const Cell& cell : study_cells(options, arms)) {
    if (cell.key.arm == "switch") runs[cell.key.name().substr(14)] = run_options_of(options, arms, cell, folder());
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

TEST_F(Cells, ReplicatesOfAPhaseShareWhatCameBefore) {
  const StudyOptions options = study(
      "seeds: [5]\naxes: {draw: {values: {first: {}, second: {replicate: {instruct: 1}}, third: {replicate: {instruct: "
      "2}}}}}\n");
  const auto arms = resolve_arms(options, 100);
  std::set<int64_t> seeds;
  size_t pretrains = 0;
  for (Cell cell : study_cells(options, arms)) {
    cell.after.reset();  // whose model is not there
    const RunOptions run = run_options_of(options, arms, cell, folder());
    EXPECT_EQ(run.data, (folder_ / "world").string());
    if (cell.key.phase == Phase::kPretrain) {
      ++pretrains;
      EXPECT_EQ(run.seed, 5) << cell.key.name();
    } else {
      seeds.insert(run.seed);
    }
  }
  EXPECT_EQ(pretrains, 2u);
  EXPECT_EQ(seeds.size(), 3u);
  EXPECT_TRUE(seeds.contains(5));
}

TEST_F(Cells, OfAnUpcycledArmComeAfterTheDenseModel) {
  const StudyOptions options = study(
      "  up: {upcycled_from: small, model: {moe: {num_experts: 4}}, pretrain: {steps: 7}}\n"
      "  small: {}\n");
  const auto arms = resolve_arms(options, 100);
  std::map<std::string, Cell> cells;
  std::vector<std::string> order;
  for (const Cell& cell : study_cells(options, arms)) {
    cells[cell.key.name()] = cell;
    order.push_back(cell.key.name());
  }
  const Cell& up = cells.at("up/seed-1/pretrain");
  ASSERT_TRUE(up.after);
  EXPECT_EQ(up.after->name(), "small/seed-1/pretrain");
  EXPECT_LT(std::find(order.begin(), order.end(), up.after->name()),
            std::find(order.begin(), order.end(), up.key.name()));
  EXPECT_FALSE(cells.at("small/seed-1/pretrain").after);
  const RunOptions run = run_options_of(options, arms, up, folder());
  EXPECT_EQ(run.init, (folder_ / "cells/up/seed-1/pretrain/upcycled").string());
  EXPECT_EQ(run.train.steps, 7);
}

TEST_F(Cells, WithoutTheModelTheyStartFromAreRefused) {
  const StudyOptions options = study("");
  const auto arms = resolve_arms(options, 100);
  for (const Cell& cell : study_cells(options, arms)) {
    if (!cell.after) continue;
    EXPECT_NE(message_of<RunError>([&] { run_options_of(options, arms, cell, folder()); }).find(cell.after->name()),
              std::string::npos);
  }
}

TEST(Paths, DataStandsForTheDataFolder) {
  EXPECT_EQ(resolve_path("{data}/a/b.yaml", "/x"), std::filesystem::path("/x/a/b.yaml"));
  EXPECT_EQ(resolve_path("a/b.yaml", "/x"), std::filesystem::path("a/b.yaml"));
}

}  // namespace
}  // namespace flanmoe
