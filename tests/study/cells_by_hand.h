// The cells of a study with made-up results: every task of a cell has the same score, so that averages can be worked
// out by hand. Held-out: exam/a (chance 25), exam/b (chance 0) and qa/c (chance 50), direct; exam/a again as chain of
// thought. At score v the direct normalised average is 19 v / 12 - 175 / 3: v = 40, 55, 70 give 5, 28.75, 52.5.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "eval/scoring/aggregate.h"
#include "study/arms.h"
#include "study/cell_result.h"
#include "study/results.h"

namespace flanmoe::cases {

// Held-out scores by arm, one per seed, before and after instruction tuning.
struct HandScores {
  std::map<std::string, std::vector<double>> pretrained, instructed;
  double standard_error = 6.0;  // of every task
};

inline TaskResult task_row(const std::string& task, const std::string& suite, Prompting prompting, double chance,
                           double score, double standard_error) {
  TaskResult row{task, suite, "a cluster", prompting};
  row.num_items = row.num_clusters = 7;
  row.score = score;
  row.standard_error = standard_error;
  row.chance = chance;
  return row;
}

inline EvalResult eval_of(std::vector<TaskResult> tasks) {
  EvalResult result;
  result.tasks = std::move(tasks);
  result.suites = score_suites(result.tasks);
  result.normalised_average = normalised_average(result.suites);
  return result;
}

inline std::vector<TaskResult> direct_tasks(double score, double error) {
  return {task_row("a", "exam", Prompting::kDirect, 25.0, score, error),
          task_row("b", "exam", Prompting::kDirect, 0.0, score, error),
          task_row("c", "qa", Prompting::kDirect, 50.0, score, error)};
}

inline EvalResult heldout_eval(double score, double error) {
  std::vector<TaskResult> tasks = direct_tasks(score, error);
  tasks.push_back(task_row("a", "exam", Prompting::kCot, 25.0, score - 15.0, error));
  return eval_of(std::move(tasks));
}

inline Json routing_of(double utilisation) {
  const Json classes = {{{"class", "content"}, {"num_tokens", 5}, {"kept", {1, 2}}},
                        {{"class", "digits"}, {"num_tokens", 3}, {"kept", {3, 0}}}};  // 0.75 a token
  Json layers = {{{"stack", "encoder"}, {"layer", 1}, {"utilisation", utilisation - 0.125}, {"classes", classes}},
                 {{"stack", "decoder"}, {"layer", 1}, {"utilisation", utilisation + 0.125}, {"classes", classes}}};
  return {{"num_texts", 5}, {"layers", layers}, {"unlimited", layers}, {"coloured", Json::array()}};
}

inline Json curve_of(double loss) {
  return {{{"step", 2}, {"tokens", 20}, {"train/loss", loss + 1.0}, {"train/z_loss", 0.5}},
          {{"step", 3}, {"tokens", 30}, {"eval/normalised_average", 4.5}},
          {{"step", 4}, {"tokens", 40}, {"train/loss", loss}}};
}

inline CellResult cell_result(const StudyOptions& options, const ArmOptions& arm, const CellKey& key,
                              const HandScores& scores) {
  size_t s = 0;
  while (options.seeds[s] != key.seed) ++s;
  const bool tuned = key.phase == Phase::kInstruct || key.instructed, sparse = arm.recipe.model.moe.num_experts > 0;
  const double v = (tuned ? scores.instructed : scores.pretrained).at(arm.name)[s], error = scores.standard_error;
  CellResult result;
  result.key = key;
  result.curve = curve_of(v / 20.0);
  if (sparse) {
    result.curve.back().update({{"moe/encoder/1/kept_per_token", 0.5},
                                {"moe/encoder/1/utilisation", 0.25},
                                {"moe/decoder/1/kept_per_token", tuned ? 1.0 : 0.875}});
  }
  result.disk_bytes = 1000 + static_cast<int64_t>(s);
  result.train_seconds = 2.5;
  result.tokens_per_second = 100.0;
  result.peak_memory_bytes = 4096;
  if (key.phase == Phase::kFinetune) {  // half the held-out score, and 10 more on the second set
    result.finetune =
        eval_of({task_row(key.set, "", Prompting::kDirect, 0.0, v / 2.0 + (key.set == "two" ? 10.0 : 0.0), error)});
    return result;
  }
  result.heldout = heldout_eval(v, error);
  result.log_odds = {{"a", v / 100.0}, {"c", v / 50.0}};  // b and the chain of thought are not ranked
  result.validation = eval_of(direct_tasks(v + 5.0, error));
  if (sparse) result.unlimited = eval_of(direct_tasks(v + 3.0, error));
  if (sparse) result.routing = routing_of(tuned ? 0.5 : 0.375);
  return result;
}

// Writes the study's cells, world and timings into `root` and aggregates them.
inline Json results_by_hand(const StudyOptions& options, const HandScores& scores, const std::filesystem::path& root) {
  const StudyFolder folder{root};
  const std::vector<ArmOptions> arms = resolve_arms(options, 100);
  const std::vector<Cell> cells = study_cells(options, arms);
  make_folders(folder.world());
  write_json(folder.world() / "world.json", {{"description", "a world"}, {"counts", {{"facts", 12}}}});
  Json rates = Json::array();
  for (const ArmOptions& arm : arms) {
    const double rate = arm.recipe.model.moe.num_experts > 0 ? 80.0 : 100.0;
    rates.push_back({{"arm", arm.name},
                     {"train_tokens_per_second", rate},
                     {"eval_tokens_per_second", 2.0 * rate},
                     {"decode_tokens_per_second", rate == 80.0 ? 50.0 : 40.0}});
    for (const Cell& cell : cells) {
      if (cell.key.arm != arm.name) continue;
      make_folders(folder.cell(cell.key));
      write_cell_result(cell_result(options, arm, cell.key, scores), folder);
    }
  }
  write_json(folder.cost(), {{"arms", rates}});
  return study_results(options, arms, cells, folder, {root, "flanmoe study by-hand", "abc"});
}

}  // namespace flanmoe::cases
