#include "study/cells.h"

#include "base/error.h"
#include "base/files.h"
#include "train/checkpoint.h"

namespace flanmoe {
namespace {

std::string set_name(const std::string& task_file) { return std::filesystem::path(task_file).stem().string(); }

const ArmOptions& arm_of(const std::vector<ArmOptions>& arms, const std::string& name) {
  for (const ArmOptions& arm : arms) {
    if (arm.name == name) return arm;
  }
  fail_input("no arm '{}' in this study", name);
}

std::filesystem::path finished_model(const StudyFolder& folder, const std::string& cell) {
  const std::filesystem::path model = newest_checkpoint(folder.cell(cell));
  if (model.empty()) fail_run("{}: no complete checkpoint of the cell '{}'", folder.cell(cell).string(), cell);
  return model;
}

}  // namespace

std::vector<Cell> study_cells(const StudyOptions& options, const std::vector<ArmOptions>& arms) {
  std::vector<Cell> pretrains, instructs, finetunes;
  for (int64_t seed : options.seeds) {
    for (const ArmOptions& arm : arms) {
      const std::string base = fmt::format("{}/seed-{}/", arm.name, seed);
      pretrains.push_back({base + "pretrain", arm.name, seed, Phase::kPretrain, "", false, ""});
      instructs.push_back({base + "instruct", arm.name, seed, Phase::kInstruct, "", false, base + "pretrain"});
      for (const std::string& file : options.finetune_sets) {
        const std::string name = base + "finetune-" + set_name(file);
        finetunes.push_back(
            {name + "-direct", arm.name, seed, Phase::kFinetune, set_name(file), false, base + "pretrain"});
        finetunes.push_back(
            {name + "-instructed", arm.name, seed, Phase::kFinetune, set_name(file), true, base + "instruct"});
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

RunOptions cell_run(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Cell& cell,
                    const StudyFolder& folder) {
  RunOptions run;
  run.mode = cell.phase;
  run.seed = cell.seed;
  run.data = data_folder(options, folder).string();
  run.tokenizer = options.tokenizer;
  run.num_sentinels = options.num_sentinels;
  run.model = arm_of(arms, cell.arm).model;
  if (!cell.after.empty()) run.init = finished_model(folder, cell.after).string();
  run.corpus = options.corpus;
  run.validation = options.curve;
  if (cell.phase == Phase::kPretrain) {
    run.train = options.pretrain;
  } else if (cell.phase == Phase::kInstruct) {
    run.train = options.instruct;
    run.mixture = options.mixture;
  } else {
    run.train = options.finetune;
    run.mixture = options.finetune_mixture;
    run.validation.tasks.clear();
    for (const std::string& file : options.finetune_sets) {
      if (set_name(file) == cell.set) run.mixture.tasks = {file};
    }
  }
  return run;
}

}  // namespace flanmoe
