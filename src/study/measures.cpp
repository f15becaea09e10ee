#include "study/measures.h"

#include <cmath>

#include "base/error.h"
#include "study/arms.h"

namespace flanmoe {

Scores difference(const Scores& a, const Scores& b) {
  FLANMOE_ASSERT(a.size() == b.size());
  Scores result;
  for (size_t i = 0; i < a.size(); ++i) {
    FLANMOE_ASSERT(a[i].tasks.size() == b[i].tasks.size());
    Score score{a[i].value - b[i].value, std::hypot(a[i].standard_error, b[i].standard_error), a[i].tasks,
                std::hypot(a[i].below, b[i].above), std::hypot(a[i].above, b[i].below)};
    for (size_t t = 0; t < score.tasks.size(); ++t) score.tasks[t] -= b[i].tasks[t];
    result.push_back(std::move(score));
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
  if (only.below + only.above > 0.0) return item_interval(only.value, only.below, only.above);
  return {only.value, only.value, only.value, "one seed: no interval"};
}

Json interval_json(const Interval& interval) {
  return {{"mean", interval.mean}, {"low", interval.low}, {"high", interval.high}, {"basis", interval.basis}};
}

Json values_json(const Scores& scores) {
  Json values = Json::array();
  for (const Score& score : scores) values.push_back(score.value);
  return values;
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
    const auto found = measure.by_arm.find(arm.name);
    if (found == measure.by_arm.end()) continue;
    rows.push_back({{"arm", arm.name},
                    {"values", values_json(found->second)},
                    {"interval", interval_json(interval_of(found->second, false))}});
    const auto twin = measure.by_arm.find(arm.twin);
    if (twin == measure.by_arm.end()) continue;
    const Scores over_twin = difference(found->second, twin->second);
    differences.push_back({{"arm", arm.name},
                           {"twin", arm.twin},
                           {"values", values_json(over_twin)},
                           {"interval", interval_json(interval_of(over_twin, true))}});
  }
  return {{"id", measure.id},
          {"label", measure.label},
          {"unit", measure.unit},
          {"arms", rows},
          {"differences", differences}};
}

}  // namespace flanmoe
