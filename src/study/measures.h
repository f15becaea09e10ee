// The measured numbers of a study: one per arm and seed, with its parts by task and its standard error over items
// (docs/results.md lists them).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/results.h"
#include "study/cell_result.h"
#include "study/interval.h"

namespace flanmoe {

struct Score {
  double value = 0.0;
  double standard_error = 0.0;  // over items of one model, never of no size because they all agree; 0 = not known
  // Whose mean over suites of the mean over tasks is the value, in the order of Measure::tasks; a measure that is not
  // made of tasks has one part.
  std::vector<double> tasks = {value};
  double below = 0.0, above = 0.0;  // from the value to the ends of its 95% interval over items; 0 = not known
};
using Scores = std::vector<Score>;  // one per seed

// A task of a measure; tasks of one suite number are averaged first.
struct TaskPlace {
  std::string task;  // "exam_person_sport", "hard_two_hops_cot"; "" where the measure is not made of tasks
  int64_t suite = 0;
};

struct Measure {
  std::string id, label, unit;
  std::vector<TaskPlace> tasks;
  std::map<std::string, Scores> by_arm;  // arms that have it
};

// By seed. Standard errors and intervals take the two models' items as independent.
Scores difference(const Scores& a, const Scores& b);

// Over seeds; over items when there is one seed; a mere point when neither is known.
Interval interval_of(const Scores& scores, bool paired);
Json interval_json(const Interval& interval);
Json values_json(const Scores& scores);

std::vector<Measure> study_measures(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                    const CellResults& results);
const Measure& measure_of(const std::vector<Measure>& measures, const std::string& id);

// With differences to the twins.
Json measure_json(const Measure& measure, const std::vector<ArmOptions>& arms);

}  // namespace flanmoe
