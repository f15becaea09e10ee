#include "eval/scoring/interval.h"

#include <algorithm>
#include <cmath>

#include "eval/metrics/corpus_metrics.h"

namespace flanmoe {
namespace {

ScoreInterval correlation_interval(double score, double standard_error) {
  const double half = half_interval(standard_error);
  return {std::max(-100.0, score - half), std::min(100.0, score + half)};
}

std::optional<ScoreInterval> interval_of(const std::string& metric, double score, double standard_error,
                                         const std::string& undefined, int64_t num_units) {
  if (!undefined.empty() || num_units == 0) return std::nullopt;
  if (is_correlation(metric)) return correlation_interval(score, standard_error);
  return share_interval(score, standard_error, num_units);
}

}  // namespace

ScoreInterval share_interval(double score, double standard_error, int64_t num_units) {
  const double z = half_interval(1.0), share = std::clamp(score / 100.0, 0.0, 1.0), error = standard_error / 100.0;
  const auto units = static_cast<double>(std::max<int64_t>(num_units, 1));
  // The error of n right or wrong units is sqrt(p (1 - p) / (n - 1)); n (n - 1) / n gives n back.
  const double correction = units > 1.0 ? units / (units - 1.0) : 1.0;
  const double spread = share * (1.0 - share);
  const double count = error > 0.0 && spread > 0.0 ? std::max(1.0, correction * spread / (error * error)) : units;
  const double middle = (share + z * z / (2.0 * count)) / (1.0 + z * z / count);
  const double half = z / (1.0 + z * z / count) * std::sqrt(spread / count + z * z / (4.0 * count * count));
  return {100.0 * std::max(0.0, middle - half), 100.0 * std::min(1.0, middle + half)};
}

std::optional<ScoreInterval> interval_of(const TaskResult& task) {
  return interval_of(task.metric, task.score, task.standard_error, task.undefined, task.num_clusters);
}

std::optional<ScoreInterval> interval_of(const TaskResult& task, const FurtherValue& value) {
  return interval_of(value.metric, value.score, value.standard_error, value.undefined, task.num_clusters);
}

ScoreInterval interval_of(const SuiteResult& suite) { return {suite.score - suite.below, suite.score + suite.above}; }

ScoreInterval normalised_average_interval(const std::vector<SuiteResult>& suites, double average) {
  double below = 0.0, above = 0.0;
  for (const SuiteResult& suite : suites) {
    below += suite.normalised_below * suite.normalised_below;
    above += suite.normalised_above * suite.normalised_above;
  }
  const double count = std::max(1.0, static_cast<double>(suites.size()));
  return {average - std::sqrt(below) / count, average + std::sqrt(above) / count};
}

}  // namespace flanmoe
