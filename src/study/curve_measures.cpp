#include "study/curve_measures.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.h"
#include "study/item_interval.h"

namespace flanmoe {
namespace {

const std::string kPrefix = "curve/instruct@";

// "32 and 48", or the one there is.
std::string nearest_steps(const std::vector<int64_t>& steps, int64_t step) {
  const auto above = std::lower_bound(steps.begin(), steps.end(), step);
  if (above == steps.end()) return std::to_string(steps.back());
  if (above == steps.begin()) return std::to_string(*above);
  return fmt::format("{} and {}", *(above - 1), *above);
}

}  // namespace

std::string curve_measure_id(int64_t step) { return kPrefix + std::to_string(step); }

std::optional<int64_t> curve_step_of(const std::string& measure_id) {
  if (!measure_id.starts_with(kPrefix)) return std::nullopt;
  const char *begin = measure_id.data() + kPrefix.size(), *end = measure_id.data() + measure_id.size();
  int64_t step = 0;
  const auto [stopped, error] = std::from_chars(begin, end, step);
  if (error != std::errc() || stopped != end || curve_measure_id(step) != measure_id) return std::nullopt;
  return step;
}

std::vector<int64_t> curve_steps(const TrainOptions& training) {
  std::set<int64_t> steps;
  if (!training.validates()) return {};
  steps.insert({0, training.steps});
  for (int64_t step : training.eval_at) {
    if (step < training.steps) steps.insert(step);
  }
  for (int64_t step = training.eval_every; step > 0 && step < training.steps; step += training.eval_every)
    steps.insert(step);
  return {steps.begin(), steps.end()};
}

bool is_curve_step(const TrainOptions& training, int64_t step) {
  const std::vector<int64_t> steps = curve_steps(training);
  return std::binary_search(steps.begin(), steps.end(), step);
}

std::optional<FoundScore> curve_score(const CellResult& cell, int64_t step) {
  const std::string key = "eval/normalised_average", low = key + "_low", high = key + "_high";
  for (const Json& point : cell.curve) {
    if (point.at("step") != step || !point.contains(key)) continue;
    FoundScore found = plain_score(point.at(key));
    const double value = found.score.value;
    if (point.contains(low) && point.contains(high))
      set_item_interval(found.score, value - point.at(low).get<double>(), point.at(high).get<double>() - value);
    return found;
  }
  return std::nullopt;
}

std::string curve_steps_hint(const TrainOptions& training, int64_t step) {
  const std::vector<int64_t> steps = curve_steps(training);
  if (steps.empty()) return "'instruct.eval_every' and 'instruct.eval_at' say when it is";
  return "the nearest: " + nearest_steps(steps, step);
}

void add_curve_measures(MeasureCollector& collector, const std::vector<ArmOptions>& arms, const CellResults& results) {
  std::set<int64_t> steps;
  for (const ArmOptions& arm : arms) {
    for (const int64_t step : curve_steps(arm.recipe.instruct)) steps.insert(step);
  }
  for (const int64_t step : steps) {
    collector.add(curve_measure_id(step), fmt::format("Held-out score at step {} of instruction tuning", step),
                  [&](const ArmOptions& arm, int64_t seed) {
                    return curve_score(results.at(cell_of(arm, seed, Phase::kInstruct)), step);
                  });
  }
}

}  // namespace flanmoe
