#include "study/statistics/contrast.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/error.h"
#include "study/statistics/student_t.h"

namespace flanmoe {
namespace {

using Table = std::vector<std::vector<double>>;  // [seed][task]

void check(const Contrast& contrast, int64_t num_seeds) {
  const auto seeds = static_cast<int64_t>(contrast.differences.size());
  if (num_seeds < 1 || num_seeds > seeds) {
    fail_input("{}: {} seeds are asked for and it has {}", contrast.name, num_seeds, seeds);
  }
  if (contrast.suite_of_task.empty()) fail_input("{}: it has no tasks", contrast.name);
  for (int64_t s = 0; s < num_seeds; ++s) {
    const std::vector<double>& row = contrast.differences[s];
    if (row.size() != contrast.suite_of_task.size()) {
      fail_input("{}: run {} has {} tasks, expected {}", contrast.name, s + 1, row.size(),
                 contrast.suite_of_task.size());
    }
    for (size_t t = 0; t < row.size(); ++t) {
      if (!std::isfinite(row[t])) {
        fail_input("{}: the difference of run {}, task {} is {}, expected a number", contrast.name, s + 1, t + 1,
                   row[t]);
      }
    }
  }
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / (static_cast<double>(values.size()) - 1.0);
}

std::vector<double> means_of_rows(const Table& table) {
  std::vector<double> means;
  for (const std::vector<double>& row : table) means.push_back(mean_of(row));
  return means;
}

std::vector<double> means_of_columns(const Table& table) {
  std::vector<double> means(table.front().size(), 0.0);
  for (const std::vector<double>& row : table) {
    for (size_t t = 0; t < row.size(); ++t) means[t] += row[t] / static_cast<double>(table.size());
  }
  return means;
}

// One table [seed][task of the suite] per suite.
std::vector<Table> tables_of_suites(const Contrast& contrast, int64_t num_seeds) {
  std::map<int64_t, Table> tables;
  for (size_t t = 0; t < contrast.suite_of_task.size(); ++t) {
    Table& table = tables[contrast.suite_of_task[t]];
    table.resize(num_seeds);
    for (int64_t s = 0; s < num_seeds; ++s) table[s].push_back(contrast.differences[s][t]);
  }
  std::vector<Table> result;
  for (auto& [suite, table] : tables) result.push_back(std::move(table));
  return result;
}

double item_variance(const Contrast& contrast, int64_t num_seeds) {
  if (contrast.item_variances.empty()) return 0.0;
  FLANMOE_ASSERT(contrast.item_variances.size() == contrast.differences.size());
  double sum = 0.0;
  for (int64_t s = 0; s < num_seeds; ++s) sum += contrast.item_variances[s];
  return sum / static_cast<double>(num_seeds);
}

// R_g: what is left of a table without the means of its rows and columns.
double residual_mean_square(const Table& table) {
  const std::vector<double> by_seed = means_of_rows(table), by_task = means_of_columns(table);
  const double all = mean_of(by_seed);
  double squares = 0.0;
  for (size_t s = 0; s < table.size(); ++s) {
    for (size_t t = 0; t < by_task.size(); ++t) squares += std::pow(table[s][t] - by_seed[s] - by_task[t] + all, 2);
  }
  return squares / static_cast<double>((table.size() - 1) * (by_task.size() - 1));
}

// A variance with Satterthwaite's denominator; the fewest degrees of any part are a floor, which differences of parts
// would otherwise fall through.
struct Variance {
  double value = 0.0, denominator = 0.0, fewest_degrees = 0.0;

  double degrees() const {
    return denominator > 0.0 ? std::max(fewest_degrees, value * value / denominator) : fewest_degrees;
  }
};

// Adds what the choice of tasks in one suite adds.
void add_tasks(Variance& variance, const Table& table, double num_suites) {
  const auto seeds = static_cast<double>(table.size()), tasks = static_cast<double>(table.front().size());
  if (tasks < 2.0) return;
  const double weight = 1.0 / (num_suites * num_suites * tasks);
  const double between = weight * variance_of(means_of_columns(table));
  const double rest = weight * residual_mean_square(table) / seeds;
  if (between <= rest) return;
  variance.value += between - rest;
  variance.denominator += (between * between + rest * rest / (seeds - 1.0)) / (tasks - 1.0);
  variance.fewest_degrees = std::min(variance.fewest_degrees, tasks - 1.0);
}

// Two-sided p of a distance from the mean.
double two_sided_p(double distance, double variance, double degrees) {
  if (std::isinf(variance)) return 1.0;
  if (variance == 0.0) return distance == 0.0 ? 1.0 : 0.0;
  return 2.0 * student_t_cdf(-std::abs(distance) / std::sqrt(variance), degrees);
}

// The larger p is that of the wider interval.
double two_sided_p(const Estimate& estimate, double distance) {
  return std::max(two_sided_p(distance, estimate.seed_variance, estimate.seed_degrees),
                  two_sided_p(distance, estimate.variance, estimate.degrees));
}

}  // namespace

bool are_identical(const std::vector<double>& values) {
  constexpr double kRounding = 1e-9;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  return *most - *least <= kRounding * std::max({1.0, std::abs(*least), std::abs(*most)});
}

Estimate estimate_of(const Contrast& contrast, int64_t num_seeds) {
  check(contrast, num_seeds);
  const std::vector<Table> suites = tables_of_suites(contrast, num_seeds);
  const auto num_suites = static_cast<double>(suites.size());
  std::vector<double> by_seed(num_seeds, 0.0);
  for (const Table& table : suites) {
    const std::vector<double> means = means_of_rows(table);
    for (int64_t s = 0; s < num_seeds; ++s) by_seed[s] += means[s] / num_suites;
  }
  Estimate estimate;
  estimate.num_seeds = num_seeds;
  estimate.mean = mean_of(by_seed);
  const double of_items = item_variance(contrast, num_seeds);
  if (num_seeds == 1 || (of_items == 0.0 && are_identical(by_seed))) {
    estimate.seed_variance = estimate.variance = std::numeric_limits<double>::infinity();
    return estimate;
  }
  estimate.seed_degrees = static_cast<double>(num_seeds - 1);
  estimate.seed_variance = std::max(variance_of(by_seed), of_items) / static_cast<double>(num_seeds);
  Variance variance{estimate.seed_variance, std::pow(estimate.seed_variance, 2) / estimate.seed_degrees,
                    estimate.seed_degrees};
  for (const Table& table : suites) add_tasks(variance, table, num_suites);
  estimate.variance = variance.value;
  estimate.degrees = variance.degrees();
  return estimate;
}

double half_width(const Estimate& estimate, double level) {
  if (std::isinf(estimate.variance)) return estimate.variance;
  const auto half = [level](double variance, double degrees) {
    return student_t_quantile(1.0 - 0.5 * level, degrees) * std::sqrt(variance);
  };
  return std::max(half(estimate.seed_variance, estimate.seed_degrees), half(estimate.variance, estimate.degrees));
}

double difference_p(const Estimate& estimate) { return two_sided_p(estimate, estimate.mean); }

double equality_p(const Estimate& estimate, double margin) {
  const double room = margin - std::abs(estimate.mean);  // to the nearer end
  const double p = 0.5 * two_sided_p(estimate, room);
  return room > 0.0 ? p : 1.0 - p;
}

}  // namespace flanmoe
