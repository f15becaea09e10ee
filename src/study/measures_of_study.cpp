#include <cmath>

#include "base/error.h"
#include "eval/scoring/aggregate.h"
#include "study/cells.h"
#include "study/curve_measures.h"
#include "study/drops.h"
#include "study/evaluation_measures.h"
#include "study/finetune_measures.h"
#include "study/item_interval.h"
#include "study/measure_collector.h"
#include "study/measures.h"
#include "study/stage.h"

namespace flanmoe {
namespace {

// The normalised scores of the tasks that are held out by cluster, or by item, direct prompts; none where no task is.
std::optional<FoundScore> held_out_by(const EvalResult& result, const std::string& what) {
  EvalResult part;
  for (const TaskResult& task : result.tasks) {
    if (task.held_out == what && task.prompting == Prompting::kDirect) part.tasks.push_back(task);
  }
  if (part.tasks.empty()) return std::nullopt;
  part.suites = score_suites(part.tasks);
  return normalised_score(part);
}

FoundScore suite_score(const EvalResult& result, const SuiteResult& which) {
  FoundScore found{{}, {}};
  found.score.tasks.clear();
  for (const SuiteResult& row : result.suites) {
    if (row.suite != which.suite || row.prompting != which.prompting) continue;
    found.score = {row.score, row.standard_error, {}};
    set_item_interval(found.score, row.below, row.above);
  }
  for (const TaskResult& task : result.tasks) {
    if (task.suite != which.suite || task.prompting != which.prompting) continue;
    found.tasks.push_back({task.name(), 0});
    found.score.tasks.push_back(task.score);
  }
  return found;
}

// Held-in tasks have few rows, each another number of them: every row counts alike.
FoundScore over_items(const EvalResult& result) {
  double items = 0.0, sum = 0.0, squares = 0.0;
  SumInterval interval;
  for (const TaskResult& task : result.tasks) {
    const auto count = static_cast<double>(task.num_items - task.num_refused);
    items += count;
    sum += count * task.normalised();
    squares += std::pow(count * task.normalised_error(), 2);
    interval.add(task, count * normalised_scale(task));
  }
  if (items == 0.0) return plain_score(0.0);
  FoundScore found = plain_score(sum / items);
  found.score.standard_error = std::sqrt(squares) / items;
  interval.set(found.score);
  return found;
}

FoundScore final_loss(const CellResult& result) {
  for (auto point = result.curve.rbegin(); point != result.curve.rend(); ++point) {
    if (point->contains("train/loss")) return plain_score(point->at("train/loss"));
  }
  fail_run("{}: no training loss in its curve", result.key.name());
}

// Mean over the sparse layers, in percent; Expert Choice is always full.
std::optional<FoundScore> utilisation(const ArmOptions& arm, const CellResult& result) {
  const ModelOptions& model = arm.recipe.model;
  if (result.routing.is_null() || model.moe.routing == RoutingRule::kExpertChoice) return std::nullopt;
  double sum = 0.0, count = 0.0;
  for (const Json& layer : result.routing.at("layers")) {
    sum += layer.at("utilisation").get<double>();
    count += 1.0;
  }
  return plain_score(100.0 * sum / count);
}

// Over the tasks whose options were ranked, suites apart as in the held-out average.
std::optional<FoundScore> log_odds(const CellResult& result) {
  const FoundScore all = normalised_score(result.heldout.value());
  FoundScore found{{}, {}};
  found.score.tasks.clear();
  struct Sums {
    double odds = 0.0, squares = 0.0, num_tasks = 0.0;
  };
  std::map<int64_t, Sums> suites;
  for (const TaskPlace& place : all.tasks) {
    const auto odds = result.log_odds.find(place.task);
    if (odds == result.log_odds.end()) continue;
    found.tasks.push_back(place);
    found.score.tasks.push_back(odds->second.mean);
    Sums& sums = suites[place.suite];
    sums.odds += odds->second.mean;
    sums.squares += std::pow(odds->second.standard_error, 2);
    sums.num_tasks += 1.0;
  }
  if (suites.empty()) return std::nullopt;
  double squares = 0.0;
  for (const auto& [suite, sums] : suites) {
    const double weight = 1.0 / (sums.num_tasks * static_cast<double>(suites.size()));
    found.score.value += weight * sums.odds;
    squares += std::pow(weight, 2) * sums.squares;
  }
  const double half = half_interval(std::sqrt(squares));
  set_item_interval(found.score, half, half);
  return found;
}

using ResultOf = std::function<const CellResult&(const ArmOptions&, int64_t, Stage)>;

void add_stage(MeasureCollector& collector, Stage stage, const ResultOf& result, const EvalResult& any) {
  const std::string name = name_of(stage), label = label_of(stage);
  collector.add("heldout/" + name, "Held-out normalised average " + label, [&](const auto& arm, int64_t seed) {
    return normalised_score(result(arm, seed, stage).heldout.value());
  });
  collector.add("heldout-direct/" + name, "Held-out normalised average, direct prompts, " + label,
                [&](const auto& arm, int64_t seed) {
                  return normalised_score(result(arm, seed, stage).heldout.value(), is_direct);
                });
  for (const char* what : {"cluster", "item"}) {
    collector.add(
        fmt::format("heldout-{}/{}", what, name),
        fmt::format("Normalised average of tasks held out by {}, direct prompts, {}", what, label),
        [&](const auto& arm, int64_t seed) { return held_out_by(result(arm, seed, stage).heldout.value(), what); });
  }
  collector.add("log-odds/" + name, "Log-odds of the right option on held-out tasks " + label,
                [&](const auto& arm, int64_t seed) { return log_odds(result(arm, seed, stage)); });
  collector.add("validation/" + name, "Held-in validation " + label,
                [&](const auto& arm, int64_t seed) { return over_items(result(arm, seed, stage).validation.value()); });
  for (const SuiteResult& suite : any.suites) {
    const std::string asked = name_of(suite.prompting);
    collector.add(fmt::format("suite/{}/{}/{}", suite.suite, asked, name),
                  fmt::format("{}, {} prompts, {}", suite.suite, asked, label), [&](const auto& arm, int64_t seed) {
                    return suite_score(result(arm, seed, stage).heldout.value(), suite);
                  });
  }
  collector.add("utilisation/" + name, "Utilisation of the experts " + label,
                [&](const auto& arm, int64_t seed) { return utilisation(arm, result(arm, seed, stage)); });
}

void add_drops(MeasureCollector& collector, const CellResults& results) {
  for (const DropMeasure& measure : drop_measures(results)) {
    collector.add(measure.id, measure.label,
                  [&](const auto& arm, int64_t seed) { return plain_score_if(measure.value(arm, seed)); });
  }
  collector.add_difference("gain/drop-distance", "How much further from pre-training's the drops are after tuning",
                           "drop-distance/instructed", "drop-distance/pretrained");
}

void add_general_measures(MeasureCollector& collector, const StudyOptions& options, const std::vector<ArmOptions>& arms,
                          const CellResults& results) {
  const ResultOf result = [&results](const ArmOptions& arm, int64_t seed, Stage stage) -> const CellResult& {
    return results.at(cell_of(arm, seed, phase_of(stage)));
  };
  collector.add("loss/pretrain", "Span-corruption loss at the end of pre-training",
                [&](const auto& arm, int64_t seed) { return final_loss(result(arm, seed, Stage::kPretrained)); });
  collector.add("loss/held-out", "Span-corruption loss on held-out text at the end of pre-training",
                [&](const auto& arm, int64_t seed) {
                  return plain_score_if(result(arm, seed, Stage::kPretrained).held_out_loss);
                });
  const ArmOptions& first = arms.front();
  for (const Stage stage : kStages)
    add_stage(collector, stage, result, result(first, options.seeds.front(), stage).heldout.value());
  collector.add_difference("gain/heldout", "Held-out gain by instruction tuning", "heldout/instructed",
                           "heldout/pretrained");
  collector.add_difference("gain/utilisation", "Utilisation gained by instruction tuning", "utilisation/instructed",
                           "utilisation/pretrained");
  add_evaluation_measures(collector, options, results);
  add_drops(collector, results);
}

}  // namespace

std::vector<Measure> study_measures(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                    const CellResults& results) {
  MeasureCollector collector(options, arms);
  add_general_measures(collector, options, arms, results);
  add_curve_measures(collector, arms, results);
  add_finetune_measures(collector, options, results);
  return collector.measures;
}

}  // namespace flanmoe
