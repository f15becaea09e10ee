#include "study/item_interval.h"

#include <algorithm>
#include <cmath>

#include "eval/scoring/interval.h"

namespace flanmoe {

void set_item_interval(Score& score, double below, double above) {
  score.below = below;
  score.above = above;
  score.standard_error = std::max(score.standard_error, (below + above) / 2.0 / half_interval(1.0));
}

void SumInterval::add(const TaskResult& task, double weight) {
  const std::optional<ScoreInterval> interval = interval_of(task);
  if (!interval) return;
  below_squared_ += std::pow(weight * (task.score - interval->low), 2);
  above_squared_ += std::pow(weight * (interval->high - task.score), 2);
}

void SumInterval::set(Score& score) const {
  set_item_interval(score, std::sqrt(below_squared_), std::sqrt(above_squared_));
}

double normalised_scale(const TaskResult& task) { return 100.0 / (100.0 - task.chance); }

}  // namespace flanmoe
