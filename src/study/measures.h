// The measured numbers of a study: one per arm and seed, with the standard error over items (docs/results.md lists
// them).
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
  double standard_error = 0.0;  // over items of one model; 0 = not known
};
using Scores = std::vector<Score>;  // one per seed

struct Measure {
  std::string id, label, unit;
  std::map<std::string, Scores> by_arm;
};

// Mean over suites of the mean over tasks of the normalised scores, of all promptings or of one.
Score normalised_score(const EvalResult& result);
Score normalised_score(const EvalResult& result, Prompting prompting);

// By seed. The standard error of a difference takes the two models' items as independent; that of a mean takes them as
// one, the careful side each time.
Scores difference(const Scores& a, const Scores& b);
Scores mean_of(const std::vector<Scores>& parts);

// Over seeds; over items when there is one seed; a mere point when neither is known.
Interval interval_of(const Scores& scores, bool paired);
Verdict verdict_of(const Scores& scores);
Json interval_json(const Interval& interval);
Json values_json(const Scores& scores);

std::vector<Measure> study_measures(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                                    const CellResults& results);
const Measure& measure_of(const std::vector<Measure>& measures, const std::string& id);

// With differences to the twins.
Json measure_json(const Measure& measure, const std::vector<ArmOptions>& arms);

}  // namespace flanmoe
