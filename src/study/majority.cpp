#include "study/majority.h"

#include <set>

#include "eval/asking/baseline_answerer.h"
#include "eval/evaluation.h"

namespace flanmoe {
namespace {

void add_scores(MajorityScores& scores, const EvalOptions& options, const std::filesystem::path& data, double weight) {
  if (options.tasks.empty()) return;
  BadRows bad_rows(OnBadRow::kStop);
  const EvalPlan plan = plan_evaluation(request_of(options, data));
  for (const TaskResult& task : run_tasks(plan.runs, baseline_answerer("majority", 0), nullptr, bad_rows, {}).tasks)
    scores[{task.suite, task.name()}] += weight * task.score;
}

}  // namespace

MajorityScores majority_scores(const StudyOptions& options, const StudyFolder& folder) {
  std::set<std::filesystem::path> worlds;
  for (const int64_t seed : options.seeds) worlds.insert(data_folder(options, folder, seed));
  MajorityScores scores;
  for (const std::filesystem::path& world : worlds) {
    for (const EvalOptions* asked : {&options.heldout, &options.validation})
      add_scores(scores, *asked, world, 1.0 / static_cast<double>(worlds.size()));
  }
  return scores;
}

Json majority_of(const MajorityScores& scores, const TaskResult& task) {
  const auto found = scores.find({task.suite, task.name()});
  return found == scores.end() ? Json() : Json(found->second);
}

}  // namespace flanmoe
