// 95% intervals of scores that are shares: inside the scale, and never of no width because all items agree.
#pragma once

#include <optional>

#include "eval/results.h"

namespace flanmoe {

struct ScoreInterval {
  double low, high;  // percent
};

// Wilson's interval of a share: of `num_units` independent units where the standard error is that of single right and
// wrong ones (0 of 2: 0 to 66), else of as many as would have this standard error. Percent, inside 0 to 100.
ScoreInterval share_interval(double score, double standard_error, int64_t num_units);

// A task's; a correlation's is the score and 1.96 standard errors to both sides, inside -100 to 100. Nothing where the
// score is undefined.
std::optional<ScoreInterval> interval_of(const TaskResult& task);
std::optional<ScoreInterval> interval_of(const TaskResult& task, const FurtherValue& value);

// Of a suite's mean over tasks, and of the normalised average: the tasks' distances from score to end, each end by
// itself, add as independent errors do.
ScoreInterval interval_of(const SuiteResult& suite);
ScoreInterval normalised_average_interval(const std::vector<SuiteResult>& suites, double average);

// Fewer than this, and a table shows no interval.
inline constexpr int64_t kFewItems = 10;

}  // namespace flanmoe
