#include "study/finetune_json.h"

#include "study/cells.h"

namespace flanmoe {
namespace {

Json finetuning_json(const ArmOptions& arm, const CellResult& result) {
  const TaskResult& task = result.finetune.value().tasks.at(0);
  return {{"arm", arm.name},
          {"set", result.key.set},
          {"way", result.key.instructed ? "instructed" : "direct"},
          {"seed", result.key.seed},
          {"score", task.score},
          {"chance", task.chance},
          {"rate", result.rate > 0.0 ? Json(result.rate) : Json()},
          {"rates", result.rates},
          {"course", result.course}};
}

}  // namespace

Json finetunings_json(const StudyOptions& options, const std::vector<ArmOptions>& arms, const CellResults& results) {
  Json rows = Json::array();
  for (const ArmOptions& arm : arms) {
    for (const std::string& file : options.finetune_sets) {
      for (const bool instructed : {false, true}) {
        for (const int64_t seed : options.seeds) {
          rows.push_back(finetuning_json(arm, results.at(finetune_cell_of(arm, seed, set_name(file), instructed))));
        }
      }
    }
  }
  return rows;
}

}  // namespace flanmoe
