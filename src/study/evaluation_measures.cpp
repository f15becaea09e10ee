#include "study/evaluation_measures.h"

#include "base/error.h"
#include "study/cells.h"
#include "study/evaluations.h"
#include "study/stage.h"

namespace flanmoe {

void add_evaluation_measures(MeasureCollector& collector, const StudyOptions& options, const CellResults& results) {
  const std::string what = "Held-out normalised average, direct prompts, ";
  const auto under = [&](const std::string& name, Stage stage) -> MeasureCollector::Take {
    return [&results, name, stage](const ArmOptions& arm, int64_t seed) -> std::optional<FoundScore> {
      const auto& evaluated = results.at(cell_of(arm, seed, phase_of(stage))).evaluated;
      if (!evaluated.contains(name)) return std::nullopt;
      return normalised_score(evaluated.at(name), is_direct);
    };
  };
  const std::vector<Evaluation> evaluations = study_evaluations(options);
  for (const Evaluation& one : evaluations) {
    for (const Stage stage : kStages)
      collector.add(fmt::format("evaluated/{}/{}", one.name, name_of(stage)), what + one.label + ", " + label_of(stage),
                    under(one.name, stage));
  }
  for (const Evaluation& one : evaluations) {
    for (const Stage stage : kStages) {
      const std::string name = name_of(stage);
      collector.add_difference(
          fmt::format("effect/{}/{}", one.name, name),
          fmt::format("What '{}' adds to held-out scores {}", one.label, label_of(stage)),
          fmt::format("evaluated/{}/{}", one.name, name),
          one.over.empty() ? "heldout-direct/" + name : fmt::format("evaluated/{}/{}", one.over, name));
    }
  }
  if (!has_evaluation(options, "unlimited")) return;
  collector.add("unlimited/instructed", what + "no expert ever full", under("unlimited", Stage::kInstructed));
  collector.add_difference("gain/capacity", "Held-out scores, direct prompts: what the capacity limit adds",
                           "heldout-direct/instructed", "unlimited/instructed");
}

}  // namespace flanmoe
