// Gathers the measures of a study: a value of every arm at every seed, with the places of its parts.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "study/measures.h"

namespace flanmoe {

// A score with the places of its parts.
struct FoundScore {
  Score score;
  std::vector<TaskPlace> tasks = {{}};
};

// One number that is not made of tasks.
FoundScore plain_score(double value);
std::optional<FoundScore> plain_score_if(const std::optional<double>& value);

// The normalised scores of the tasks in the suites that `wanted` names, all when it is null.
FoundScore normalised_score(const EvalResult& result, const std::function<bool(const SuiteResult&)>& wanted = nullptr);
bool is_direct(const SuiteResult& suite);

class MeasureCollector {
 public:
  // The score of an arm at a seed; none where the arm has no such score.
  using Take = std::function<std::optional<FoundScore>(const ArmOptions& arm, int64_t seed)>;

  // `options` and `arms` must outlive it.
  MeasureCollector(const StudyOptions& options, const std::vector<ArmOptions>& arms) : options_(options), arms_(arms) {}

  // An arm has the measure when all its seeds do; a measure that no arm has is left out. Throws when arms were asked
  // different tasks.
  void add(const std::string& id, const std::string& label, const Take& take);
  // `after` minus `before`, of the arms that have both; left out where one of them was.
  void add_difference(const std::string& id, const std::string& label, const std::string& after,
                      const std::string& before);

  std::vector<Measure> measures;

 private:
  const Measure* find(const std::string& id) const;

  const StudyOptions& options_;
  const std::vector<ArmOptions>& arms_;
};

}  // namespace flanmoe
