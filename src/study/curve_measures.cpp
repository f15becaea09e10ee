#include "study/curve_measures.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.h"

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

std::optional<double> curve_score(const CellResult& cell, int64_t step) {
  const char* const key = "eval/normalised_average";
  for (const Json& point : cell.curve) {
    if (point.at("step") == step && point.contains(key)) return point.at(key).get<double>();
  }
  return std::nullopt;
}

void check_curve_step(int64_t step, const ArmOptions& arm, const std::string& asker) {
  if (arm.recipe.instruct.validates_at(step)) return;
  const std::vector<int64_t> steps = curve_steps(arm.recipe.instruct);
  fail_input("{}: 'measure' is '{}', but the instruction tuning of '{}' is not evaluated at step {}; {}", asker,
             curve_measure_id(step), arm.name, step,
             steps.empty() ? "'instruct.eval_every' and 'instruct.eval_at' say when it is"
                           : "the nearest: " + nearest_steps(steps, step));
}

}  // namespace flanmoe
