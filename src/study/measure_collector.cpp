#include "study/measure_collector.h"

#include "base/error.h"
#include "eval/scoring/aggregate.h"
#include "eval/scoring/interval.h"
#include "study/item_interval.h"
#include "study/measure_ids.h"

namespace flanmoe {

FoundScore plain_score(double value) { return {{value, 0.0, {value}}, {{}}}; }

std::optional<FoundScore> plain_score_if(const std::optional<double>& value) {
  return value ? std::optional(plain_score(*value)) : std::nullopt;
}

FoundScore normalised_score(const EvalResult& result, const std::function<bool(const SuiteResult&)>& wanted) {
  FoundScore found{{}, {}};
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
  set_item_interval(found.score, found.score.value - interval.low, interval.high - found.score.value);
  return found;
}

bool is_direct(const SuiteResult& suite) { return suite.prompting == Prompting::kDirect; }

void MeasureCollector::add(const std::string& id, const std::string& label, const Take& take) {
  Measure measure{id, label, unit_of_measure(id), {}, {}};
  for (const ArmOptions& arm : arms_) {
    Scores scores;
    for (int64_t seed : options_.seeds) {
      const std::optional<FoundScore> found = take(arm, seed);
      if (!found) break;
      if (measure.tasks.empty()) measure.tasks = found->tasks;
      if (found->tasks.size() != measure.tasks.size())
        fail_run("{}: the arms of this study were asked different tasks ({} and {})", id, measure.tasks.size(),
                 found->tasks.size());
      scores.push_back(found->score);
    }
    if (scores.size() == options_.seeds.size()) measure.by_arm[arm.name] = std::move(scores);
  }
  if (!measure.by_arm.empty()) measures.push_back(std::move(measure));
}

void MeasureCollector::add_difference(const std::string& id, const std::string& label, const std::string& after,
                                      const std::string& before) {
  const Measure *a = find(after), *b = find(before);
  if (a == nullptr || b == nullptr) return;
  Measure measure{id, label, unit_of_measure(id), a->tasks, {}};
  for (const auto& [arm, scores] : a->by_arm) {
    if (b->by_arm.contains(arm)) measure.by_arm[arm] = difference(scores, b->by_arm.at(arm));
  }
  measures.push_back(std::move(measure));
}

const Measure* MeasureCollector::find(const std::string& id) const {
  for (const Measure& measure : measures) {
    if (measure.id == id) return &measure;
  }
  return nullptr;
}

}  // namespace flanmoe
