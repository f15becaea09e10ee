// The 95% interval of a score over the items of one model, and the standard error that it stands for.
#pragma once

#include "eval/results.h"
#include "study/measures.h"

namespace flanmoe {

// Sets the distances from the score's value to the ends of its interval. Half of the interval is the least that 1.96
// standard errors over items are taken for: two items that were both wrong have one of 0, and say little.
void set_item_interval(Score& score, double below, double above);

// The distances of a weighted sum of task scores, each end by itself: they add as independent errors do.
class SumInterval {
 public:
  // `weight` is that of the task's score, percent, in the sum; a task whose score is undefined adds nothing.
  void add(const TaskResult& task, double weight);
  void set(Score& score) const;

 private:
  double below_squared_ = 0.0, above_squared_ = 0.0;
};

// Points above chance that one percent of the task's score is.
double normalised_scale(const TaskResult& task);

}  // namespace flanmoe
