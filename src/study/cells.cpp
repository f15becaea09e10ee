#include "study/cells.h"

#include "base/error.h"
#include "base/files.h"
#include "study/arms.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

std::filesystem::path finished_model(const StudyFolder& folder, const CellKey& key) {
  const std::filesystem::path model = newest_checkpoint(folder.cell(key));
  if (model.empty()) fail_run("{}: no complete checkpoint of the cell '{}'", folder.cell(key).string(), key.name());
  return model;
}

}  // namespace

std::string set_name(const std::string& task_file) { return std::filesystem::path(task_file).stem().string(); }

std::string CellKey::name() const {
  const std::string base = fmt::format("{}/seed-{}/{}", arm, seed, name_of(phase));
  return phase == Phase::kFinetune ? fmt::format("{}-{}-{}", base, set, instructed ? "instructed" : "direct") : base;
}

std::vector<Cell> study_cells(const StudyOptions& options, const std::vector<ArmOptions>& arms) {
  std::vector<Cell> pretrains, instructs, finetunes;
  for (int64_t seed : options.seeds) {
    for (const ArmOptions& arm : arms) {
      const CellKey pretrain{arm.name, seed, Phase::kPretrain}, instruct{arm.name, seed, Phase::kInstruct};
      pretrains.push_back({pretrain, {}});
      instructs.push_back({instruct, pretrain});
      for (const std::string& file : options.finetune_sets) {
        finetunes.push_back({{arm.name, seed, Phase::kFinetune, set_name(file), false}, pretrain});
        finetunes.push_back({{arm.name, seed, Phase::kFinetune, set_name(file), true}, instruct});
      }
    }
  }
  std::vector<Cell> cells = pretrains;
  cells.insert(cells.end(), instructs.begin(), instructs.end());
  cells.insert(cells.end(), finetunes.begin(), finetunes.end());
  return cells;
}

std::filesystem::path data_folder(const StudyOptions& options, const StudyFolder& folder) {
  return options.kind == DataKind::kWorld ? folder.world() : std::filesystem::path(options.data);
}

RunOptions run_options_of(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
                          const StudyFolder& folder) {
  const Recipe& recipe = arm_of(arms, cell.key.arm).recipe;
  RunOptions run;
  run.mode = cell.key.phase;
  run.seed = cell.key.seed;
  run.data = data_folder(options, folder).string();
  run.tokenizer = options.tokenizer;
  run.num_sentinels = options.num_sentinels;
  run.model = recipe.model;
  if (cell.after) run.init = finished_model(folder, *cell.after).string();
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
  if (run.train.eval_every == 0) run.validation.tasks.clear();  // of phases with curves only
  return run;
}

}  // namespace flanmoe
