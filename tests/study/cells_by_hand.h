// The cells of a study with made-up results: every task of a cell has the same score, so that averages can be worked
// out by hand. Held-out: exam/a (chance 25), exam/b (chance 0) and qa/c (chance 50), direct; exam/a again as chain of
// thought. a is held out by cluster, b and c by item. At score v the direct normalised average is 19 v / 12 - 175 / 3:
// v = 40, 55, 70 give 5, 28.75, 52.5.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "eval/scoring/aggregate.h"
#include "study/arms.h"
#include "study/cell_result.h"
#include "study/curve_measures.h"
#include "study/evaluations.h"
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
  std::vector<TaskResult> tasks = {task_row("a", "exam", Prompting::kDirect, 25.0, score, error),
                                   task_row("b", "exam", Prompting::kDirect, 0.0, score, error),
                                   task_row("c", "qa", Prompting::kDirect, 50.0, score, error)};
  for (TaskResult& task : tasks) task.held_out = task.task == "a" ? "cluster" : "item";
  return tasks;
}

inline EvalResult heldout_eval(double score, double error) {
  std::vector<TaskResult> tasks = direct_tasks(score, error);
  tasks.push_back(task_row("a", "exam", Prompting::kCot, 25.0, score - 15.0, error));
  tasks.back().held_out = "cluster";
  return eval_of(std::move(tasks));
}

// `dropped` of content, half as much of formatting, which is a fifth of the tokens; nothing in the decoder. 0.75
// experts a token are kept.
inline Json layer_of(const std::string& stack, double utilisation, double dropped) {
  const auto counted = [](const std::string& name, int64_t tokens, double share, const std::vector<int64_t>& kept) {
    return Json{{"class", name},
                {"num_tokens", tokens},
                {"dropped_token_share", share},
                {"unchosen_token_share", 0.0},
                {"kept", kept}};
  };
  return {{"stack", stack},
          {"layer", 1},
          {"utilisation", utilisation},
          {"dropped_token_share", 0.9 * dropped},
          {"unchosen_token_share", 0.0},
          {"classes", {counted("formatting", 20, dropped / 2.0, {10, 5}), counted("content", 80, dropped, {40, 20})}}};
}

inline Json routing_of(double utilisation, double dropped) {
  const Json layers = {layer_of("encoder", utilisation - 0.125, dropped),
                       layer_of("decoder", utilisation + 0.125, 0.0)};
  return {{"num_texts", 5}, {"layers", layers}, {"unlimited", layers}, {"coloured", Json::array()}};
}

inline Json curve_of(double loss) {
  return {{{"step", 2}, {"tokens", 20}, {"train/loss", loss + 1.0}, {"train/z_loss", 0.5}},
          {{"step", 3}, {"tokens", 30}, {"eval/normalised_average", 4.5}},
          {{"step", 4}, {"tokens", 40}, {"train/loss", loss}}};
}

// On a straight line from the score before to the score after the tuning.
inline Json tuning_curve(const TrainOptions& training, double before, double after) {
  Json curve = Json::array();
  for (const int64_t step : curve_steps(training)) {
    const double share = static_cast<double>(step) / static_cast<double>(training.steps);
    curve.push_back(
        {{"step", step}, {"tokens", 10 * step}, {"eval/normalised_average", before + (after - before) * share}});
  }
  return curve;
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
  if (key.phase == Phase::kInstruct && arm.recipe.instruct.validates())
    result.curve = tuning_curve(arm.recipe.instruct, scores.pretrained.at(arm.name)[s], v);
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
  if (!tuned && arm.recipe.corpus.held_out_share > 0.0) result.held_out_loss = v / 10.0;
  result.log_odds = {{"a", {v / 100.0, 0.3}}, {"c", {v / 50.0, 0.4}}};  // b and the chain of thought are not ranked
  result.validation = eval_of(direct_tasks(v + 5.0, error));
  for (const Evaluation& evaluation : study_evaluations(options)) {
    if (evaluation_routing_of(evaluation, arm.recipe.model, arm.name))
      result.evaluated[evaluation.name] = eval_of(direct_tasks(v + 3.0, error));
  }
  if (sparse) result.routing = tuned ? routing_of(0.5, 0.25) : routing_of(0.375, 0.5);
  if (sparse && !tuned) result.corpus_routing = routing_of(0.5, 0.125);
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
