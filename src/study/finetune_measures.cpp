#include "study/finetune_measures.h"

#include <cmath>

#include "base/error.h"
#include "study/cells.h"
#include "study/item_interval.h"

namespace flanmoe {
namespace {

FoundScore score_of_set(const TaskResult& task, const std::string& set) {
  FoundScore found{{task.score, task.standard_error, {task.score}}, {{set, 0}}};
  SumInterval interval;
  interval.add(task, 1.0);
  interval.set(found.score);
  return found;
}

// The normalised scores of several sets as tasks of one suite.
FoundScore mean_of_sets(const std::vector<std::string>& sets,
                        const std::function<const TaskResult&(std::string)>& result) {
  FoundScore found{{}, {}};
  found.score.tasks.clear();
  double squares = 0.0;
  SumInterval interval;
  const auto count = static_cast<double>(sets.size());
  for (const std::string& set : sets) {
    const TaskResult& task = result(set);
    found.tasks.push_back({set, 0});
    found.score.tasks.push_back(task.normalised());
    found.score.value += task.normalised() / count;
    squares += std::pow(task.normalised_error(), 2);
    interval.add(task, normalised_scale(task) / count);
  }
  found.score.standard_error = std::sqrt(squares) / count;
  interval.set(found.score);
  return found;
}

}  // namespace

void add_finetune_measures(MeasureCollector& collector, const StudyOptions& options, const CellResults& results) {
  if (options.finetune_sets.empty()) return;
  std::vector<std::string> sets;
  for (const std::string& file : options.finetune_sets) sets.push_back(set_name(file));
  for (const bool instructed : {false, true}) {
    const std::string way = instructed ? "instructed" : "direct";
    const std::string how = instructed ? "instruction tuned, then finetuned" : "finetuned directly";
    const auto task_of = [&](const ArmOptions& arm, int64_t seed, const std::string& set) -> const TaskResult& {
      return results.at(finetune_cell_of(arm, seed, set, instructed)).finetune.value().tasks.at(0);
    };
    for (const std::string& set : sets) {
      collector.add(fmt::format("finetune/{}/{}", set, way), set + ", " + how,
                    [&](const auto& arm, int64_t seed) { return score_of_set(task_of(arm, seed, set), set); });
    }
    collector.add("finetune/mean/" + way, "Normalised mean of the finetune sets, " + how,
                  [&](const auto& arm, int64_t seed) {
                    return mean_of_sets(
                        sets, [&](const std::string& set) -> const TaskResult& { return task_of(arm, seed, set); });
                  });
  }
  collector.add_difference("gain/finetune", "Finetuning gain by instruction tuning", "finetune/mean/instructed",
                           "finetune/mean/direct");
}

}  // namespace flanmoe
