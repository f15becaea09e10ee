#include "study/cell_list.h"

#include <map>
#include <optional>

#include "base/files.h"
#include "base/machine.h"
#include "base/progress.h"
#include "model/counts.h"
#include "study/cell_result.h"

namespace flanmoe {
namespace {

int64_t rows_of(const Recipe& recipe, Phase phase) {
  return phase == Phase::kPretrain   ? recipe.corpus.rows_per_batch
         : phase == Phase::kInstruct ? recipe.mixture.examples_per_batch
                                     : recipe.finetune_mixture.examples_per_batch;
}

// In no unit: cells of one phase are compared by it.
double work_of(const ArmOptions& arm, Phase phase) {
  const TrainOptions& training = arm.recipe.training(phase);
  return count_model(arm.recipe.model).flops_per_token * static_cast<double>(training.steps * training.accumulate) *
         static_cast<double>(rows_of(arm.recipe, phase));
}

struct Spent {
  double seconds = 0.0, work = 0.0;
};

// What the cell would have taken had its training not been taken from another study.
double seconds_with_training(const CellResult& result) {
  if (result.reused.is_null()) return result.wall_seconds;
  return result.wall_seconds + json_number(result.reused, "train_seconds", result.key.name() + ": 'reused'");
}

}  // namespace

Json cell_list_json(const StudyOptions& options, const std::vector<ArmOptions>& arms, const std::vector<Cell>& cells,
                    const StudyFolder& folder) {
  std::map<Phase, Spent> spent;
  std::map<CellKey, double> measured;
  for (const Cell& cell : cells) {
    if (!fs::exists(folder.result(cell.key))) continue;
    const CellResult result = read_cell_result(cell.key, folder);
    measured[cell.key] = result.wall_seconds;
    spent[cell.key.phase].seconds += seconds_with_training(result);
    spent[cell.key.phase].work += work_of(arm_of_cell(arms, cell.key), cell.key.phase);
  }
  const int64_t jobs = options.jobs == 0 ? num_cores() : options.jobs;
  Json rows = Json::array();
  double left = 0.0;
  bool known = true;
  for (const Cell& cell : cells) {
    const bool done = measured.contains(cell.key);
    std::optional<double> seconds;
    if (done) seconds = measured.at(cell.key);
    const Spent& phase = spent[cell.key.phase];
    if (!done && phase.work > 0.0)
      seconds = phase.seconds * work_of(arm_of_cell(arms, cell.key), cell.key.phase) / phase.work;
    if (!done) left += seconds.value_or(0.0);
    known &= seconds.has_value();
    rows.push_back({{"cell", cell.key.name()}, {"done", done}, {"seconds", seconds ? Json(*seconds) : Json()}});
  }
  return {{"cells", rows},
          {"done", measured.size()},
          {"seconds_left", known ? Json(left / static_cast<double>(jobs)) : Json()},
          {"jobs", jobs}};
}

std::string cell_list_text(const Json& list) {
  std::string text;
  for (const Json& row : list.at("cells")) {
    const Json& seconds = row.at("seconds");
    const std::string time = seconds.is_null() ? "" : format_duration(seconds.get<double>());
    text += fmt::format("{:<9} {:>12}  {}\n", row.at("done").get<bool>() ? "done" : "to do", time,
                        row.at("cell").get<std::string>());
  }
  const Json& left = list.at("seconds_left");
  return text + fmt::format("{} cells, {} done; {}\n", list.at("cells").size(), list.at("done").get<int64_t>(),
                            left.is_null()
                                ? "the time left is known when a cell of each phase is done"
                                : fmt::format("about {} left with {} beside each other",
                                              format_duration(left.get<double>()), list.at("jobs").get<int64_t>()));
}

}  // namespace flanmoe
