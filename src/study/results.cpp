#include "study/results.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "study/arm_json.h"
#include "study/axes.h"
#include "study/comparisons.h"
#include "study/cost.h"
#include "study/cost_order.h"
#include "study/crossings.h"
#include "study/drops.h"
#include "study/evaluations.h"
#include "study/finetune_json.h"
#include "study/majority.h"
#include "study/measures.h"
#include "study/reuse.h"
#include "study/sparse_layers.h"
#include "study/stage.h"
#include "study/verdicts.h"
#include "tensor/platform.h"

namespace flanmoe {
namespace {

Json data_json(const StudyOptions& options, const StudyFolder& folder) {
  if (options.kind != DataKind::kWorld)
    return {{"description", "real data: " + fs::path(options.data).filename().string()}, {"counts", Json::object()}};
  const Json world = read_json(data_folder(options, folder, options.seeds.front()) / "world.json");
  std::string description = world.at("description");
  if (options.world_by_seed) description += fmt::format(", and {} more, one for each seed", options.seeds.size() - 1);
  return {{"description", description}, {"counts", world.at("counts")}};
}

// Task scores of one arm and stage, means over seeds.
void add_tasks(Json& tasks, const ArmOptions& arm, Stage stage, const StudyOptions& options, const CellResults& results,
               const MajorityScores& majority) {
  const auto num_seeds = static_cast<double>(options.seeds.size());
  for (std::optional<EvalResult> CellResult::*const part : {&CellResult::heldout, &CellResult::validation}) {
    const auto tasks_of = [&](int64_t seed) -> const std::vector<TaskResult>& {
      return (results.at(cell_of(arm, seed, phase_of(stage))).*part).value().tasks;
    };
    const std::vector<TaskResult>& first = tasks_of(options.seeds.front());
    for (size_t t = 0; t < first.size(); ++t) {
      double score = 0.0, squares = 0.0;
      for (int64_t seed : options.seeds) {
        score += tasks_of(seed).at(t).score / num_seeds;
        squares += std::pow(tasks_of(seed).at(t).standard_error / num_seeds, 2);
      }
      tasks.push_back({{"arm", arm.name},
                       {"stage", name_of(stage)},
                       {"suite", first[t].suite},
                       {"task", first[t].task},
                       {"prompting", name_of(first[t].prompting)},
                       {"num_items", first[t].num_items},
                       {"score", score},
                       {"chance", first[t].chance},
                       {"majority", majority_of(majority, first[t])},
                       {"standard_error", std::sqrt(squares)}});
    }
  }
}

Json points_of(const Json& curve) {
  Json points = Json::array();
  for (const Json& line : curve) {
    Json point = {{"step", line.at("step")}, {"tokens", line.at("tokens")}};
    for (const char* key : {"train/loss", "eval/normalised_average"}) {
      if (line.contains(key)) point[key] = line.at(key);
    }
    points.push_back(point);
  }
  return points;
}

// Overhead = time / the twin's time - 1 on the same tokens.
Json timing_json(const StudyOptions& options, const std::vector<ArmOptions>& arms, const CellResults& results,
                 const StudyFolder& folder) {
  double seconds = 0.0, wall = 0.0;
  for (const auto& [key, result] : results) {
    seconds += result.train_seconds;
    wall += result.wall_seconds;
  }
  Json machine = platform_json();
  machine.update({{"cores", num_cores()}, {"system", operating_system()}, {"finished", utc_now()}});
  Json timing = {{"machine", machine},
                 {"cell_seconds", seconds},
                 {"wall_seconds", wall},
                 {"reused", reused_json(results)},
                 {"cost", Json::array()}};
  if (options.cost_steps == 0) return timing;
  const std::string file = folder.cost().string();
  const Json cost = read_json(file);
  const auto rate_of = [&](const std::string& arm, const std::string& key) {
    return json_number(cost_of_arm(cost, arm, file), key, file);
  };
  for (const ArmOptions& arm : arms) {
    const CellResult& cell = results.at(cell_of(arm, options.seeds.front(), Phase::kPretrain));
    Json row = {{"arm", arm.name}, {"peak_memory_bytes", cell.training_memory_bytes()}};
    for (const std::string what : {"train", "eval", "decode"}) {
      const std::string key = what + "_tokens_per_second";
      const double rate = rate_of(arm.name, key);
      row[key] = rate;
      row[what + "_overhead"] = arm.twin.empty() ? Json() : Json(rate_of(arm.twin, key) / rate - 1.0);
    }
    timing["cost"].push_back(row);
  }
  timing["cost_order"] = cost_order_json(options, arms, cost, file);
  return timing;
}

void add_arm_details(Json& json, const ArmOptions& arm, const StudyOptions& options, const CellResults& results,
                     const MajorityScores& majority) {
  for (const Stage stage : kStages) {
    const Phase phase = phase_of(stage);
    add_tasks(json["tasks"], arm, stage, options, results, majority);
    for (int64_t seed : options.seeds) {
      json["curves"].push_back({{"arm", arm.name},
                                {"seed", seed},
                                {"phase", name_of(phase)},
                                {"points", points_of(results.at(cell_of(arm, seed, phase)).curve)}});
    }
    const CellResult& first = results.at(cell_of(arm, options.seeds.front(), phase));
    const Json training = training_layers(first, arm.recipe.model);
    if (!training.empty()) {
      json["training_routing"].push_back({{"arm", arm.name}, {"stage", name_of(stage)}, {"layers", training}});
    }
    if (first.routing.is_null()) continue;
    Json row = evaluation_routing(first, arm.recipe.model);
    row.update({{"arm", arm.name}, {"stage", name_of(stage)}});
    json["routing"].push_back(row);
  }
}

// Held-out scores with the arm's capacity and with none, direct prompts.
Json capacity_json(const std::vector<ArmOptions>& arms, const std::vector<Measure>& measures) {
  Json rows = Json::array();
  const std::string id = "unlimited/instructed";
  const bool there = std::any_of(measures.begin(), measures.end(), [&](const Measure& one) { return one.id == id; });
  if (!there) return rows;
  const Measure &unlimited = measure_of(measures, id), &limited = measure_of(measures, "heldout-direct/instructed");
  for (const ArmOptions& arm : arms) {
    if (!unlimited.by_arm.contains(arm.name)) continue;
    rows.push_back({{"arm", arm.name},
                    {"default", interval_json(interval_of(limited.by_arm.at(arm.name), false))},
                    {"unlimited", interval_json(interval_of(unlimited.by_arm.at(arm.name), false))}});
  }
  return rows;
}

Json evaluations_json(const StudyOptions& options) {
  Json rows = Json::array();
  for (const Evaluation& one : study_evaluations(options))
    rows.push_back({{"name", one.name}, {"label", one.label}, {"over", one.over}});
  return rows;
}

Json record_json(const StudyOptions& options, const Measure& measure) {
  Json tasks = Json::array(), arms = Json::object();
  for (const TaskPlace& place : measure.tasks) tasks.push_back({{"task", place.task}, {"suite", place.suite}});
  for (const auto& [arm, scores] : measure.by_arm) {
    Json runs = Json::array();
    for (size_t s = 0; s < scores.size(); ++s) {
      runs.push_back(
          {{"seed", options.seeds[s]}, {"scores", scores[s].tasks}, {"standard_error", scores[s].standard_error}});
    }
    arms[arm] = runs;
  }
  return {{"measure", measure.id}, {"tasks", tasks}, {"arms", arms}};
}

// What the verdicts were read from: the scores of every run, task by task.
Json records_json(const StudyOptions& options, const std::vector<StudyComparison>& comparisons,
                  const std::vector<Measure>& measures) {
  Json records = Json::array();
  std::set<std::string> written;
  for (const StudyComparison& comparison : comparisons) {
    for (const ComparisonPart& part : comparison.parts) {
      const std::string& id = comparison.measure_of(part);
      if (written.insert(id).second) records.push_back(record_json(options, measure_of(measures, id)));
    }
  }
  return records;
}

Json axes_json(const StudyOptions& options) {
  Json rows = Json::array();
  for (const Axis& axis : resolve_axes(options)) {
    Json values = Json::array();
    for (const AxisValue& value : axis.values) values.push_back({{"name", value.name}, {"label", value.label}});
    rows.push_back({{"name", axis.name}, {"label", axis.label}, {"enters", name_of(axis.enters)}, {"values", values}});
  }
  return rows;
}

}  // namespace

Json study_results(const StudyOptions& options, const std::vector<ArmOptions>& arms, const std::vector<Cell>& cells,
                   const StudyFolder& folder, const StudyCall& call) {
  const CellResults results = read_cell_results(cells, folder);
  const std::vector<Measure> measures = study_measures(options, arms, results);
  Json json = {{"format", 2},
               {"title", options.title},
               {"note", options.note},
               {"kind", name_of(options.kind)},
               {"command", call.command},
               {"config", dump_options(options)},
               {"seeds", options.seeds},
               {"data", data_json(options, folder)}};
  json["arms"] = json["suites"] = json["measures"] = json["verdicts"] = json["tasks"] = json["curves"] =
      json["routing"] = json["training_routing"] = json["drops"] = Json::array();
  for (const ArmOptions& arm : arms) json["arms"].push_back(arm_json(arm, options, results));
  const CellResult& any = results.at(cell_of(arms.front(), options.seeds.front(), Phase::kInstruct));
  for (const SuiteResult& suite : any.heldout.value().suites) {
    if (std::find(json["suites"].begin(), json["suites"].end(), suite.suite) == json["suites"].end())
      json["suites"].push_back(suite.suite);
  }
  for (const Measure& measure : measures) json["measures"].push_back(measure_json(measure, arms));
  json["axes"] = axes_json(options);
  const std::vector<StudyComparison> comparisons = resolve_comparisons(options, arms);
  json["verdicts"] = study_verdicts(comparisons, options.protocol, measures, further_looks(options));
  json["records"] = records_json(options, comparisons, measures);
  json["capacity"] = capacity_json(arms, measures);
  json["evaluations"] = evaluations_json(options);
  json["crossings"] = crossings_json(options, arms, measures);
  json["finetunings"] = finetunings_json(options, arms, results);
  const MajorityScores majority = majority_scores(options, folder);
  for (const ArmOptions& arm : arms) {
    add_arm_details(json, arm, options, results, majority);
    for (const Json& row : drops_json(options, arm, results)) json["drops"].push_back(row);
  }
  json["timing"] = timing_json(options, arms, results, folder);
  json["timing"]["commit"] = call.commit;
  return json;
}

}  // namespace flanmoe
