// The cells of a study with made-up results: every task of a cell has the same score, so that averages can be worked
// out by hand. Held-out: exam/a (chance 25), exam/b (chance 0) and qa/c (chance 50), direct; exam/a again as chain of
// thought. At score v the direct normalised average is 19 v / 12 - 175 / 3: v = 40, 55, 70 give 5, 28.75, 52.5.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "study/results.h"

namespace flanmoe::cases {

// Held-out scores by arm, one per seed, before and after instruction tuning.
struct HandScores {
  std::map<std::string, std::vector<double>> pretrained, instructed;
  double standard_error = 6.0;  // of every task
};

inline Json task_row(const std::string& task, const std::string& suite, const std::string& prompting, double chance,
                     double score, double standard_error) {
  return {{"task", task},           {"suite", suite},
          {"prompting", prompting}, {"num_items", 7},
          {"score", score},         {"standard_error", standard_error},
          {"chance", chance},       {"normalised", 100.0 * (score - chance) / (100.0 - chance)}};
}

inline Json suite_row(const std::string& suite, const std::string& prompting, double score, double standard_error) {
  return {{"suite", suite}, {"prompting", prompting}, {"score", score}, {"standard_error", standard_error}};
}

inline Json direct_eval(double score, double error) {
  Json eval;
  eval["tasks"] = {task_row("a", "exam", "direct", 25.0, score, error),
                   task_row("b", "exam", "direct", 0.0, score, error),
                   task_row("c", "qa", "direct", 50.0, score, error)};
  eval["suites"] = {suite_row("exam", "direct", score, error), suite_row("qa", "direct", score, error)};
  return eval;
}

inline Json heldout_eval(double score, double error) {
  Json eval = direct_eval(score, error);
  eval["tasks"].push_back(task_row("a", "exam", "cot", 25.0, score - 15.0, error));
  eval["suites"].push_back(suite_row("exam", "cot", score - 15.0, error));
  return eval;
}

inline Json routing_of(double utilisation) {
  Json layers = {{{"stack", "encoder"}, {"layer", 1}, {"utilisation", utilisation - 0.125}},
                 {{"stack", "decoder"}, {"layer", 1}, {"utilisation", utilisation + 0.125}}};
  return {{"num_texts", 5}, {"layers", layers}, {"unlimited", layers}, {"coloured", Json::array()}};
}

inline Json curve_of(double loss) {
  return {{{"step", 2}, {"tokens", 20}, {"train/loss", loss + 1.0}, {"train/z_loss", 0.5}},
          {{"step", 3}, {"tokens", 30}, {"eval/normalised_average", 4.5}},
          {{"step", 4}, {"tokens", 40}, {"train/loss", loss}}};
}

inline Json cell_result(const StudyOptions& options, const ArmOptions& arm, const Cell& cell,
                        const HandScores& scores) {
  size_t s = 0;
  while (options.seeds[s] != cell.seed) ++s;
  const bool tuned = cell.phase == Phase::kInstruct || cell.instructed, sparse = arm.model.moe.num_experts > 0;
  const double v = (tuned ? scores.instructed : scores.pretrained).at(arm.name)[s];
  Json result = {{"cell", cell.name},           {"arm", cell.arm},
                 {"seed", cell.seed},           {"phase", name_of(cell.phase)},
                 {"curve", curve_of(v / 20.0)}, {"disk_bytes", 1000 + static_cast<int64_t>(s)}};
  result["timing"] = {{"train_seconds", 2.5}, {"tokens_per_second", 100.0}, {"peak_memory_bytes", 4096}};
  if (cell.phase == Phase::kFinetune) {  // half the held-out score, and 10 more on the second set
    Json eval;
    eval["tasks"] = {
        task_row(cell.set, "", "direct", 0.0, v / 2.0 + (cell.set == "two" ? 10.0 : 0.0), scores.standard_error)};
    result["finetune"] = eval;
    return result;
  }
  result["heldout"] = heldout_eval(v, scores.standard_error);
  result["validation"] = direct_eval(v + 5.0, scores.standard_error);
  result["capacity"] = sparse ? Json{{"unlimited", direct_eval(v + 3.0, scores.standard_error)}} : Json();
  result["routing"] = sparse ? routing_of(tuned ? 0.5 : 0.375) : Json();
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
    const double rate = arm.model.moe.num_experts > 0 ? 80.0 : 100.0;
    rates.push_back({{"arm", arm.name},
                     {"train_tokens_per_second", rate},
                     {"eval_tokens_per_second", 2.0 * rate},
                     {"decode_tokens_per_second", rate == 80.0 ? 50.0 : 40.0}});
    for (const Cell& cell : cells) {
      if (cell.arm != arm.name) continue;
      make_folders(folder.cell(cell.name));
      write_json(folder.result(cell.name), cell_result(options, arm, cell, scores));
    }
  }
  write_json(folder.cost(), {{"arms", rates}});
  return study_results(options, arms, cells, folder, "flanmoe study by-hand");
}

}  // namespace flanmoe::cases
