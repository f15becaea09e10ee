#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "eval/scoring/aggregate.h"
#include "eval/scoring/interval.h"
#include "study/cells.h"
#include "study/measures.h"
#include "study/stage.h"

namespace flanmoe {
namespace {

// A score with the places of its parts; none where the arm has no such score.
struct Found {
  Score score;
  std::vector<TaskPlace> tasks = {{}};
};
using Take = std::function<std::optional<Found>(const ArmOptions& arm, int64_t seed)>;

class Collector {
 public:
  Collector(const StudyOptions& options, const std::vector<ArmOptions>& arms) : options_(options), arms_(arms) {}

  void add(const std::string& id, const std::string& label, const std::string& unit, const Take& take) {
    Measure measure{id, label, unit, {}, {}};
    for (const ArmOptions& arm : arms_) {
      for (int64_t seed : options_.seeds) {
        const std::optional<Found> found = take(arm, seed);
        if (!found) break;
        if (measure.tasks.empty()) measure.tasks = found->tasks;
        if (found->tasks.size() != measure.tasks.size())
          fail_run("{}: the arms of this study were asked different tasks ({} and {})", id, measure.tasks.size(),
                   found->tasks.size());
        measure.by_arm[arm.name].push_back(found->score);
      }
    }
    if (!measure.by_arm.empty()) measures.push_back(std::move(measure));
  }

  void add_difference(const std::string& id, const std::string& label, const std::string& after,
                      const std::string& before) {
    const Measure *a = find(after), *b = find(before);
    if (a == nullptr || b == nullptr) return;
    Measure measure{id, label, a->unit == "percent" ? "points" : a->unit, a->tasks, {}};
    for (const auto& [arm, scores] : a->by_arm) {
      if (b->by_arm.contains(arm)) measure.by_arm[arm] = difference(scores, b->by_arm.at(arm));
    }
    measures.push_back(std::move(measure));
  }

  std::vector<Measure> measures;

 private:
  const Measure* find(const std::string& id) const {
    for (const Measure& measure : measures) {
      if (measure.id == id) return &measure;
    }
    return nullptr;
  }

  const StudyOptions& options_;
  const std::vector<ArmOptions>& arms_;
};

Found plain(double value) { return {{value, 0.0, {value}}, {{}}}; }

// The interval over items. Its half width is the least that their standard error is taken for: two items that were both
// wrong have one of 0, and say little.
void set_interval(Score& score, double below, double above) {
  score.below = below;
  score.above = above;
  score.standard_error = std::max(score.standard_error, (below + above) / 2.0 / half_interval(1.0));
}

// The squares of a task's two distances, added to those of a sum: `weight` is that of its score in the sum.
struct SquaredDistances {
  double below = 0.0, above = 0.0;

  void add(const TaskResult& task, double weight) {
    const std::optional<ScoreInterval> interval = interval_of(task);
    if (!interval) return;
    below += std::pow(weight * (task.score - interval->low), 2);
    above += std::pow(weight * (interval->high - task.score), 2);
  }
};

double normalised_scale(const TaskResult& task) { return 100.0 / (100.0 - task.chance); }

// The normalised scores of the tasks in the suites that `wanted` names, all when it is null.
Found normalised(const EvalResult& result, const std::function<bool(const SuiteResult&)>& wanted = nullptr) {
  Found found{{}, {}};
  found.score.tasks.clear();
  std::vector<SuiteResult> suites;
  for (const SuiteResult& suite : result.suites) {
    if (wanted && !wanted(suite)) continue;
    for (const TaskResult& task : result.tasks) {
      if (task.suite != suite.suite || task.prompting != suite.prompting) continue;
      found.tasks.push_back({task.name(), static_cast<int64_t>(suites.size())});
      found.score.tasks.push_back(task.normalised());
    }
    suites.push_back(suite);
  }
  found.score.value = normalised_average(suites);
  found.score.standard_error = normalised_average_error(suites);
  const ScoreInterval interval = normalised_average_interval(suites, found.score.value);
  set_interval(found.score, found.score.value - interval.low, interval.high - found.score.value);
  return found;
}

Found suite_score(const EvalResult& result, const SuiteResult& which) {
  Found found{{}, {}};
  found.score.tasks.clear();
  for (const SuiteResult& row : result.suites) {
    if (row.suite != which.suite || row.prompting != which.prompting) continue;
    found.score = {row.score, row.standard_error, {}};
    set_interval(found.score, row.below, row.above);
  }
  for (const TaskResult& task : result.tasks) {
    if (task.suite != which.suite || task.prompting != which.prompting) continue;
    found.tasks.push_back({task.name(), 0});
    found.score.tasks.push_back(task.score);
  }
  return found;
}

// Held-in tasks have few rows, each another number of them: every row counts alike.
Found over_items(const EvalResult& result) {
  double items = 0.0, sum = 0.0, squares = 0.0;
  SquaredDistances distances;
  for (const TaskResult& task : result.tasks) {
    const auto count = static_cast<double>(task.num_items - task.num_refused);
    items += count;
    sum += count * task.normalised();
    squares += std::pow(count * task.normalised_error(), 2);
    distances.add(task, count * normalised_scale(task));
  }
  if (items == 0.0) return plain(0.0);
  Found found = plain(sum / items);
  found.score.standard_error = std::sqrt(squares) / items;
  set_interval(found.score, std::sqrt(distances.below) / items, std::sqrt(distances.above) / items);
  return found;
}

Found final_loss(const CellResult& result) {
  for (auto point = result.curve.rbegin(); point != result.curve.rend(); ++point) {
    if (point->contains("train/loss")) return plain(point->at("train/loss"));
  }
  fail_run("{}: no training loss in its curve", result.key.name());
}

// Mean over the sparse layers, in percent; Expert Choice is always full.
std::optional<Found> utilisation(const ArmOptions& arm, const CellResult& result) {
  const ModelOptions& model = arm.recipe.model;
  if (result.routing.is_null() || model.moe.routing == RoutingRule::kExpertChoice) return std::nullopt;
  double sum = 0.0, count = 0.0;
  for (const Json& layer : result.routing.at("layers")) {
    sum += layer.at("utilisation").get<double>();
    count += 1.0;
  }
  return plain(100.0 * sum / count);
}

// Over the tasks whose options were ranked, suites apart as in the held-out average.
std::optional<Found> log_odds(const CellResult& result) {
  const Found all = normalised(result.heldout.value());
  Found found{{}, {}};
  found.score.tasks.clear();
  std::map<int64_t, std::pair<double, double>> suites;  // sum and number of tasks
  for (const TaskPlace& place : all.tasks) {
    const auto odds = result.log_odds.find(place.task);
    if (odds == result.log_odds.end()) continue;
    found.tasks.push_back(place);
    found.score.tasks.push_back(odds->second);
    suites[place.suite].first += odds->second;
    suites[place.suite].second += 1.0;
  }
  if (suites.empty()) return std::nullopt;
  for (const auto& [suite, sum] : suites)
    found.score.value += sum.first / sum.second / static_cast<double>(suites.size());
  return found;
}

bool is_direct(const SuiteResult& suite) { return suite.prompting == Prompting::kDirect; }

using ResultOf = std::function<const CellResult&(const ArmOptions&, int64_t, Stage)>;

void add_stage(Collector& collector, Stage stage, const ResultOf& result, const EvalResult& any) {
  const std::string name = name_of(stage), label = label_of(stage);
  collector.add("heldout/" + name, "Held-out normalised average " + label, "points",
                [&](const auto& arm, int64_t seed) { return normalised(result(arm, seed, stage).heldout.value()); });
  collector.add(
      "heldout-direct/" + name, "Held-out normalised average, direct prompts, " + label, "points",
      [&](const auto& arm, int64_t seed) { return normalised(result(arm, seed, stage).heldout.value(), is_direct); });
  collector.add("log-odds/" + name, "Log-odds of the right option on held-out tasks " + label, "nats",
                [&](const auto& arm, int64_t seed) { return log_odds(result(arm, seed, stage)); });
  collector.add("validation/" + name, "Held-in validation " + label, "points",
                [&](const auto& arm, int64_t seed) { return over_items(result(arm, seed, stage).validation.value()); });
  for (const SuiteResult& suite : any.suites) {
    const std::string asked = name_of(suite.prompting);
    collector.add(
        fmt::format("suite/{}/{}/{}", suite.suite, asked, name),
        fmt::format("{}, {} prompts, {}", suite.suite, asked, label), "percent",
        [&](const auto& arm, int64_t seed) { return suite_score(result(arm, seed, stage).heldout.value(), suite); });
  }
  collector.add("utilisation/" + name, "Utilisation of the experts " + label, "percent of capacity",
                [&](const auto& arm, int64_t seed) { return utilisation(arm, result(arm, seed, stage)); });
}

void add_general_measures(Collector& collector, const StudyOptions& options, const std::vector<ArmOptions>& arms,
                          const CellResults& results) {
  const ResultOf result = [&results](const ArmOptions& arm, int64_t seed, Stage stage) -> const CellResult& {
    return results.at(cell_of(arm, seed, phase_of(stage)));
  };
  collector.add("loss/pretrain", "Span-corruption loss at the end of pre-training", "nats per token",
                [&](const auto& arm, int64_t seed) { return final_loss(result(arm, seed, Stage::kPretrained)); });
  const ArmOptions& first = arms.front();
  for (const Stage stage : kStages)
    add_stage(collector, stage, result, result(first, options.seeds.front(), stage).heldout.value());
  collector.add_difference("gain/heldout", "Held-out gain by instruction tuning", "heldout/instructed",
                           "heldout/pretrained");
  collector.add_difference("gain/utilisation", "Utilisation gained by instruction tuning", "utilisation/instructed",
                           "utilisation/pretrained");
  collector.add("unlimited/instructed", "Held-out normalised average, direct prompts, no expert ever full", "points",
                [&](const auto& arm, int64_t seed) -> std::optional<Found> {
                  const std::optional<EvalResult>& unlimited = result(arm, seed, Stage::kInstructed).unlimited;
                  if (!unlimited) return std::nullopt;
                  return normalised(*unlimited, is_direct);
                });
  collector.add_difference("gain/capacity", "Held-out scores, direct prompts: what the capacity limit adds",
                           "heldout-direct/instructed", "unlimited/instructed");
}

Found of_task(const TaskResult& task, const std::string& set) {
  Found found{{task.score, task.standard_error, {task.score}}, {{set, 0}}};
  SquaredDistances distances;
  distances.add(task, 1.0);
  set_interval(found.score, std::sqrt(distances.below), std::sqrt(distances.above));
  return found;
}

// The normalised scores of several sets as tasks of one suite.
Found mean_of_sets(const std::vector<std::string>& sets, const std::function<const TaskResult&(std::string)>& result) {
  Found found{{}, {}};
  found.score.tasks.clear();
  double squares = 0.0;
  SquaredDistances distances;
  const auto count = static_cast<double>(sets.size());
  for (const std::string& set : sets) {
    const TaskResult& task = result(set);
    found.tasks.push_back({set, 0});
    found.score.tasks.push_back(task.normalised());
    found.score.value += task.normalised() / count;
    squares += std::pow(task.normalised_error(), 2);
    distances.add(task, normalised_scale(task) / count);
  }
  found.score.standard_error = std::sqrt(squares) / count;
  set_interval(found.score, std::sqrt(distances.below), std::sqrt(distances.above));
  return found;
}

void add_finetune_measures(Collector& collector, const StudyOptions& options, const CellResults& results) {
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
      collector.add(fmt::format("finetune/{}/{}", set, way), set + ", " + how, "percent",
                    [&](const auto& arm, int64_t seed) {
                      const TaskResult& task = task_of(arm, seed, set);
                      return of_task(task, set);
                    });
    }
    collector.add("finetune/mean/" + way, "Normalised mean of the finetune sets, " + how, "points",
                  [&](const auto& arm, int64_t seed) {
                    return mean_of_sets(
                        sets, [&](const std::string& set) -> const TaskResult& { return task_of(arm, seed, set); });
                  });
  }
  collector.add_difference("gain/finetune", "Finetuning gain by instruction tuning", "finetune/mean/instructed",
                           "finetune/mean/direct");
}

}  // namespace

std::vector<Measure> study_measures(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                    const CellResults& results) {
  Collector collector(options, arms);
  add_general_measures(collector, options, arms, results);
  add_finetune_measures(collector, options, results);
  return collector.measures;
}

}  // namespace flanmoe
