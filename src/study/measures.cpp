#include "study/measures.h"

#include <cmath>
#include <functional>

#include "base/error.h"
#include "eval/scoring/aggregate.h"
#include "study/cells.h"
#include "study/stage.h"

namespace flanmoe {
namespace {

// What a measure is made of: (arm, seed) -> score.
using Take = std::function<Score(const ArmOptions& arm, int64_t seed)>;

class Collector {
 public:
  Collector(const StudyOptions& options, const std::vector<ArmOptions>& arms) : options_(options), arms_(arms) {}

  void add(const std::string& id, const std::string& label, const std::string& unit, const Take& take) {
    Measure measure{id, label, unit, {}};
    for (const ArmOptions& arm : arms_) {
      for (int64_t seed : options_.seeds) measure.by_arm[arm.name].push_back(take(arm, seed));
    }
    measures.push_back(std::move(measure));
  }

  void add_difference(const std::string& id, const std::string& label, const std::string& unit,
                      const std::string& after, const std::string& before) {
    const Measure a = measure_of(measures, after), b = measure_of(measures, before);
    Measure measure{id, label, unit, {}};
    for (const auto& [arm, scores] : a.by_arm) measure.by_arm[arm] = difference(scores, b.by_arm.at(arm));
    measures.push_back(std::move(measure));
  }

  std::vector<Measure> measures;

 private:
  const StudyOptions& options_;
  const std::vector<ArmOptions>& arms_;
};

Score suite_score(const EvalResult& result, const std::string& suite, Prompting prompting) {
  for (const SuiteResult& row : result.suites) {
    if (row.suite == suite && row.prompting == prompting) return {row.score, row.standard_error};
  }
  fail_run("a result without the suite '{}' ({})", suite, name_of(prompting));
}

// Mean over tasks of score minus chance.
Score above_chance(const EvalResult& result) {
  const auto count = static_cast<double>(result.tasks.size());
  double sum = 0.0, squares = 0.0;
  for (const TaskResult& task : result.tasks) {
    sum += task.score - task.chance;
    squares += std::pow(task.standard_error, 2);
  }
  return {sum / count, std::sqrt(squares) / count};
}

Score final_loss(const CellResult& result) {
  for (auto point = result.curve.rbegin(); point != result.curve.rend(); ++point) {
    if (point->contains("train/loss")) return {point->at("train/loss"), 0.0};
  }
  fail_run("{}: no training loss in its curve", result.key.name());
}

void add_general_measures(Collector& collector, const StudyOptions& options, const std::vector<ArmOptions>& arms,
                          const CellResults& results) {
  const auto result = [&results](const ArmOptions& arm, int64_t seed, Stage stage) -> const CellResult& {
    return results.at(cell_of(arm, seed, phase_of(stage)));
  };
  collector.add("loss/pretrain", "Span-corruption loss at the end of pre-training", "nats per token",
                [&](const auto& arm, int64_t seed) { return final_loss(result(arm, seed, Stage::kPretrained)); });
  for (const Stage stage : kStages) {
    const std::string name = name_of(stage), label = label_of(stage);
    collector.add(
        "heldout/" + name, "Held-out normalised average " + label, "points",
        [&](const auto& arm, int64_t seed) { return normalised_score(result(arm, seed, stage).heldout.value()); });
    collector.add(
        "validation/" + name, "Held-in validation " + label, "points above chance",
        [&](const auto& arm, int64_t seed) { return above_chance(result(arm, seed, stage).validation.value()); });
    const EvalResult& any = result(arms.front(), options.seeds.front(), stage).heldout.value();
    for (const SuiteResult& suite : any.suites) {
      const std::string asked = name_of(suite.prompting);
      collector.add(fmt::format("suite/{}/{}/{}", suite.suite, asked, name),
                    fmt::format("{}, {} prompts, {}", suite.suite, asked, label), "percent",
                    [&](const auto& arm, int64_t seed) {
                      return suite_score(result(arm, seed, stage).heldout.value(), suite.suite, suite.prompting);
                    });
    }
  }
  collector.add_difference("gain/heldout", "Held-out gain by instruction tuning", "points", "heldout/instructed",
                           "heldout/pretrained");
}

void add_finetune_measures(Collector& collector, const StudyOptions& options, const CellResults& results) {
  if (options.finetune_sets.empty()) return;
  for (const bool instructed : {false, true}) {
    const std::string way = instructed ? "instructed" : "direct";
    const std::string how = instructed ? "instruction tuned, then finetuned" : "finetuned directly";
    std::vector<std::string> ids;
    for (const std::string& file : options.finetune_sets) {
      const std::string set = set_name(file);
      ids.push_back(fmt::format("finetune/{}/{}", set, way));
      collector.add(ids.back(), set + ", " + how, "percent", [&](const auto& arm, int64_t seed) {
        const TaskResult& task = results.at(finetune_cell_of(arm, seed, set, instructed)).finetune.value().tasks.at(0);
        return Score{task.score, task.standard_error};
      });
    }
    Measure mean{"finetune/mean/" + way, "Mean of the finetune sets, " + how, "percent", {}};
    for (const auto& [arm, first] : measure_of(collector.measures, ids.front()).by_arm) {
      Scores sums(first.size());
      for (size_t s = 0; s < first.size(); ++s) {
        double squares = 0.0;
        for (const std::string& id : ids) {
          const Score& score = measure_of(collector.measures, id).by_arm.at(arm)[s];
          sums[s].value += score.value / static_cast<double>(ids.size());
          squares += score.standard_error * score.standard_error;
        }
        sums[s].standard_error = std::sqrt(squares) / static_cast<double>(ids.size());
      }
      mean.by_arm[arm] = sums;
    }
    collector.measures.push_back(std::move(mean));
  }
  collector.add_difference("gain/finetune", "Finetuning gain by instruction tuning", "points",
                           "finetune/mean/instructed", "finetune/mean/direct");
}

}  // namespace

Score normalised_score(const EvalResult& result) {
  return {normalised_average(result.suites), normalised_average_error(result.suites)};
}

Score normalised_score(const EvalResult& result, Prompting prompting) {
  const std::vector<SuiteResult> suites = suites_asked(result.suites, prompting);
  return {normalised_average(suites), normalised_average_error(suites)};
}

Scores difference(const Scores& a, const Scores& b) {
  FLANMOE_ASSERT(a.size() == b.size());
  Scores result;
  for (size_t i = 0; i < a.size(); ++i) {
    result.push_back({a[i].value - b[i].value, std::hypot(a[i].standard_error, b[i].standard_error)});
  }
  return result;
}

Scores mean_of(const std::vector<Scores>& parts) {
  Scores result(parts.at(0).size());
  for (const Scores& part : parts) FLANMOE_ASSERT(part.size() == result.size());
  const auto count = static_cast<double>(parts.size());
  for (const Scores& part : parts) {
    for (size_t i = 0; i < part.size(); ++i) {
      result[i].value += part[i].value / count;
      result[i].standard_error += part[i].standard_error / count;
    }
  }
  return result;
}

Interval interval_of(const Scores& scores, bool paired) {
  if (scores.size() >= 2) {
    std::vector<double> values;
    for (const Score& score : scores) values.push_back(score.value);
    return seed_interval(values, paired);
  }
  const Score& only = scores.at(0);
  if (only.standard_error > 0.0) return item_interval(only.value, only.standard_error);
  return {only.value, only.value, only.value, "one seed: no interval"};
}

Verdict verdict_of(const Scores& scores) {
  const bool no_interval = scores.size() == 1 && scores[0].standard_error == 0.0;
  return no_interval ? Verdict::kTooNoisy : verdict_of(interval_of(scores, true));
}

Json interval_json(const Interval& interval) {
  return {{"mean", interval.mean}, {"low", interval.low}, {"high", interval.high}, {"basis", interval.basis}};
}

Json values_json(const Scores& scores) {
  Json values = Json::array();
  for (const Score& score : scores) values.push_back(score.value);
  return values;
}

std::vector<Measure> study_measures(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                    const CellResults& results) {
  Collector collector(options, arms);
  add_general_measures(collector, options, arms, results);
  add_finetune_measures(collector, options, results);
  return collector.measures;
}

const Measure& measure_of(const std::vector<Measure>& measures, const std::string& id) {
  for (const Measure& measure : measures) {
    if (measure.id == id) return measure;
  }
  fail_run("no measure '{}' in this study", id);
}

Json measure_json(const Measure& measure, const std::vector<ArmOptions>& arms) {
  Json rows = Json::array(), differences = Json::array();
  for (const ArmOptions& arm : arms) {
    const Scores& scores = measure.by_arm.at(arm.name);
    rows.push_back(
        {{"arm", arm.name}, {"values", values_json(scores)}, {"interval", interval_json(interval_of(scores, false))}});
    if (arm.twin.empty()) continue;
    const Scores over_twin = difference(scores, measure.by_arm.at(arm.twin));
    differences.push_back({{"arm", arm.name},
                           {"twin", arm.twin},
                           {"values", values_json(over_twin)},
                           {"interval", interval_json(interval_of(over_twin, true))},
                           {"verdict", name_of(verdict_of(over_twin))}});
  }
  return {{"id", measure.id},
          {"label", measure.label},
          {"unit", measure.unit},
          {"arms", rows},
          {"differences", differences}};
}

}  // namespace flanmoe
