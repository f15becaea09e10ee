#include "study/crossings.h"

#include <algorithm>

#include "base/error.h"
#include "study/comparisons.h"
#include "study/curve_measures.h"
#include "study/shapes.h"
#include "study/statistics/crossing.h"

namespace flanmoe {
namespace {

bool is_of_all(const Measure& measure, const ComparisonPart& part) {
  return std::all_of(part.weights.begin(), part.weights.end(),
                     [&](const auto& entry) { return measure.by_arm.contains(entry.first); });
}

std::vector<double> by_seed(const Measure& measure, const ComparisonPart& part) {
  std::vector<double> sums(measure.by_arm.at(part.weights.begin()->first).size(), 0.0);
  for (const auto& [arm, weight] : part.weights) {
    for (size_t s = 0; s < sums.size(); ++s) sums[s] += weight * measure.by_arm.at(arm)[s].value;
  }
  return sums;
}

Json or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

std::string rounded(const std::optional<double>& step, const char* otherwise) {
  return step ? fmt::format("{:.0f}", *step) : otherwise;
}

// "GShard over the dense line: above zero from step 63 on (95% over 4 seeds: 38 to 110)"
std::string sentence(const std::string& label, const Crossing& crossing, int64_t last_step, size_t num_seeds) {
  if (!crossing.step && crossing.fit.back() <= 0.0)
    return fmt::format("{}: not above zero by step {}", label, last_step);
  if (!crossing.step) return label + ": not below zero at the beginning";
  const std::string interval =
      num_seeds < 2 ? "one seed: no interval"
                    : fmt::format("95% over {} seeds: {} to {}", num_seeds, rounded(crossing.low, "the beginning"),
                                  rounded(crossing.high, "never"));
  return fmt::format("{}: above zero from step {:.0f} on ({})", label, *crossing.step, interval);
}

}  // namespace

Json crossings_json(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                    const std::vector<Measure>& measures) {
  Json rows = Json::array();
  for (const ComparisonPart& part : sparse_over_dense(options, arms)) {
    std::vector<int64_t> steps;
    std::vector<std::vector<double>> differences(options.seeds.size());
    for (const Measure& measure : measures) {  // in the order of their steps
      const std::optional<int64_t> step = curve_step_of(measure.id);
      if (!step || !is_of_all(measure, part)) continue;
      steps.push_back(*step);
      const std::vector<double> there = by_seed(measure, part);
      for (size_t s = 0; s < there.size(); ++s) differences[s].push_back(there[s]);
    }
    if (steps.size() < 2) continue;
    const Crossing crossing = crossing_of(steps, differences, "crossing of " + part.label);
    rows.push_back({{"label", part.label},
                    {"weights", part.weights},
                    {"steps", steps},
                    {"mean", crossing.mean},
                    {"fit", crossing.fit},
                    {"step", or_null(crossing.step)},
                    {"low", or_null(crossing.low)},
                    {"high", or_null(crossing.high)},
                    {"text", sentence(part.label, crossing, steps.back(), options.seeds.size())}});
  }
  return rows;
}

}  // namespace flanmoe
