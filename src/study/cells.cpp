#include "study/cells.h"

#include <set>

#include "base/error.h"
#include "base/files.h"
#include "study/arms.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

// Between the seeds of a run's replicates: no study has as many seeds.
constexpr int64_t kReplicateStride = 1'000'003;

}  // namespace

std::string set_name(const std::string& task_file) { return std::filesystem::path(task_file).stem().string(); }

std::string CellKey::name() const {
  const std::string base = fmt::format("{}/seed-{}/{}", arm, seed, name_of(phase));
  return phase == Phase::kFinetune ? fmt::format("{}-{}-{}", base, set, instructed ? "instructed" : "direct") : base;
}

CellKey cell_of(const ArmOptions& arm, int64_t seed, Phase phase) {
  return {arm.cells[static_cast<size_t>(phase)], seed, phase};
}

CellKey finetune_cell_of(const ArmOptions& arm, int64_t seed, const std::string& set, bool instructed) {
  const std::string& own = instructed ? arm.cells[static_cast<size_t>(Phase::kFinetune)] : arm.direct_cells;
  return {own, seed, Phase::kFinetune, set, instructed};
}

const ArmOptions& arm_of_cell(const std::vector<ArmOptions>& arms, const CellKey& key) {
  for (const ArmOptions& arm : arms) {
    const CellKey own = key.phase == Phase::kFinetune ? finetune_cell_of(arm, key.seed, key.set, key.instructed)
                                                      : cell_of(arm, key.seed, key.phase);
    if (own == key) return arm;
  }
  fail_run("no arm of this study has the cell '{}'", key.name());
}

std::vector<Cell> study_cells(const StudyOptions& options, const std::vector<ArmOptions>& arms) {
  std::vector<Cell> pretrains, upcycled, instructs, finetunes;
  std::set<CellKey> known;
  const auto add = [&known](std::vector<Cell>& cells, const Cell& cell) {
    if (known.insert(cell.key).second) cells.push_back(cell);
  };
  for (int64_t seed : options.seeds) {
    for (const ArmOptions& arm : arms) {
      const CellKey pretrain = cell_of(arm, seed, Phase::kPretrain), instruct = cell_of(arm, seed, Phase::kInstruct);
      if (arm.upcycled_from.empty()) {
        add(pretrains, {pretrain, {}});
      } else {
        add(upcycled, {pretrain, cell_of(arm_of(arms, arm.upcycled_from), seed, Phase::kPretrain)});
      }
      add(instructs, {instruct, pretrain});
      for (const std::string& file : options.finetune_sets) {
        add(finetunes, {finetune_cell_of(arm, seed, set_name(file), false), pretrain});
        add(finetunes, {finetune_cell_of(arm, seed, set_name(file), true), instruct});
      }
    }
  }
  std::vector<Cell> cells = pretrains;
  for (const std::vector<Cell>* later : {&upcycled, &instructs, &finetunes})
    cells.insert(cells.end(), later->begin(), later->end());
  return cells;
}

std::filesystem::path data_folder(const StudyOptions& options, const StudyFolder& folder, int64_t seed) {
  if (options.kind == DataKind::kReal) return options.data;
  return options.world_by_seed ? folder.world(seed) : folder.world();
}

WorldOptions world_options_of(const StudyOptions& options, int64_t seed) {
  WorldOptions world = options.world;
  if (options.world_by_seed) world.seed += seed;
  return world;
}

std::filesystem::path finished_model(const StudyFolder& folder, const CellKey& key) {
  if (fs::exists(folder.averaged(key))) return folder.averaged(key);
  const std::filesystem::path model = newest_checkpoint(folder.cell(key));
  if (model.empty()) fail_run("{}: no complete checkpoint of the cell '{}'", folder.cell(key).string(), key.name());
  return model;
}

RunOptions run_options_of(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
                          const StudyFolder& folder) {
  const Recipe& recipe = arm_of_cell(arms, cell.key).recipe;
  RunOptions run;
  run.mode = cell.key.phase;
  run.seed = cell.key.seed + kReplicateStride * recipe.replicate.of(run.mode);
  run.data = data_folder(options, folder, cell.key.seed).string();
  run.tokenizer = options.tokenizer;
  run.num_sentinels = options.num_sentinels;
  run.model = recipe.model;
  if (cell.after) {
    const bool copied = cell.key.phase == Phase::kPretrain;
    run.init = (copied ? folder.upcycled(cell.key) : finished_model(folder, *cell.after)).string();
  }
  run.corpus = recipe.corpus;
  static_cast<EvalOptions&>(run.validation) = options.curve;
  run.validation.loss_batches = 0;  // curves are of scores
  switch (cell.key.phase) {
    case Phase::kPretrain:
      run.train = recipe.pretrain;
      break;
    case Phase::kInstruct:
      run.train = recipe.instruct;
      run.mixture = recipe.mixture;
      break;
    case Phase::kFinetune:
      run.train = recipe.finetune;
      run.mixture = recipe.finetune_mixture;
      run.validation = {};
      for (const std::string& file : options.finetune_sets) {
        if (set_name(file) == cell.key.set) run.mixture.tasks = {file};
      }
      break;
  }
  if (!run.train.validates()) run.validation.tasks.clear();  // of phases with curves only
  return run;
}

}  // namespace flanmoe
