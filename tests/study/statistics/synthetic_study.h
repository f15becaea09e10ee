// Synthetic studies whose truth is known.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "study/statistics/judge.h"

namespace flanmoe {

// How the average of one run lies around its arm's mean.
enum class RunNoise {
  kNormal,
  kHeavyTails,    // Student's t of 4 degrees, of the same SD
  kFailures,      // one run in six, of any arm, 15 points down
  kFailuresAbove  // of the arms above alone: a skewed difference
};

struct Truth {
  double difference = 0.0;
  double run_sd = 5.0;  // of one run of one arm
  int arms_above = 1, arms_below = 1;
  double task_sd = 3.0;  // of the true differences of tasks around the mean of their suite
  double rest_sd = 6.0;  // of the difference of one seed and task
  RunNoise noise = RunNoise::kNormal;
};

inline double draw_normal(RandomStream& random) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
  return radius * std::cos(2.0 * M_PI * random.uniform());
}

// 24 tasks in four suites of unequal size.
inline const std::vector<int64_t>& suites_of_24() {
  static const std::vector<int64_t> suites = [] {
    std::vector<int64_t> result;
    const std::vector<size_t> sizes = {11, 6, 4, 3};
    for (size_t suite = 0; suite < sizes.size(); ++suite)
      result.insert(result.end(), sizes[suite], static_cast<int64_t>(suite));
    return result;
  }();
  return suites;
}

// Mean 0, failures among it.
inline double draw_run(const Truth& truth, bool above, RandomStream& random) {
  if (truth.noise == RunNoise::kHeavyTails) {
    const double chi_square = -2.0 * std::log((1.0 - random.uniform()) * (1.0 - random.uniform()));  // 4 degrees
    return truth.run_sd * draw_normal(random) / std::sqrt(chi_square / 4.0) / std::sqrt(2.0);
  }
  const bool may_fail = truth.noise == RunNoise::kFailures || (truth.noise == RunNoise::kFailuresAbove && above);
  const double failure = may_fail ? (random.chance(1.0 / 6.0) ? -15.0 : 0.0) + 15.0 / 6.0 : 0.0;
  return truth.run_sd * draw_normal(random) + failure;
}

// Mean over as many arms.
inline double draw_arms(const Truth& truth, bool above, RandomStream& random) {
  const int arms = above ? truth.arms_above : truth.arms_below;
  double sum = 0.0;
  for (int arm = 0; arm < arms; ++arm) sum += draw_run(truth, above, random) / arms;
  return sum;
}

// `below`: what the arms below had in each seed, where several contrasts share them; else they are drawn.
inline Contrast draw_contrast(const Truth& truth, int64_t num_seeds, RandomStream& random,
                              const std::vector<double>& below = {}) {
  Contrast contrast{"synthetic", {}, suites_of_24()};
  if (truth.task_sd == 0.0 && truth.rest_sd == 0.0) contrast.suite_of_task = {0};  // a measure without tasks
  std::vector<double> tasks;
  for (size_t t = 0; t < contrast.suite_of_task.size(); ++t) tasks.push_back(truth.task_sd * draw_normal(random));
  for (int64_t s = 0; s < num_seeds; ++s) {
    const double seed = truth.difference + draw_arms(truth, true, random) -
                        (below.empty() ? draw_arms(truth, false, random) : below[s]);
    std::vector<double> row;
    for (const double task : tasks) row.push_back(seed + task + truth.rest_sd * draw_normal(random));
    contrast.differences.push_back(row);
  }
  return contrast;
}

// Shares of studies.
struct Shares {
  std::vector<double> yes, equal;  // decided so at this look or before
  double found = 0.0;              // yes or no at any look
  double any_equal = 0.0, no = 0.0;
};

inline Shares shares_of(const Truth& truth, double margin, const LookPlan& plan, int studies, RandomStream& random) {
  Shares shares{std::vector<double>(plan.looks.size(), 0.0), std::vector<double>(plan.looks.size(), 0.0)};
  for (int study = 0; study < studies; ++study) {
    const Judgement judgement = judge({{"q", margin, {draw_contrast(truth, plan.looks.back(), random)}}}, plan).front();
    for (size_t k = judgement.look - 1; k < plan.looks.size(); ++k) {
      shares.yes[k] += judgement.decision == Decision::kYes ? 1.0 / studies : 0.0;
      shares.equal[k] += judgement.decision == Decision::kEqual ? 1.0 / studies : 0.0;
    }
    shares.no += judgement.decision == Decision::kNo ? 1.0 / studies : 0.0;
  }
  shares.found = shares.yes.back() + shares.no;
  shares.any_equal = shares.equal.back();
  return shares;
}

}  // namespace flanmoe
