// What always giving a task's most frequent answer scores (eval/asking/baseline.h), beside the models' scores.
#pragma once

#include <map>
#include <string>

#include "base/json.h"
#include "eval/results.h"
#include "study/cells.h"

namespace flanmoe {

// Percent, by TaskResult::suite and name(); of held-out and held-in tasks, mean over the worlds of the seeds.
using MajorityScores = std::map<std::pair<std::string, std::string>, double>;
MajorityScores majority_scores(const StudyOptions& options, const StudyFolder& folder);

// Null where there is none.
Json majority_of(const MajorityScores& scores, const TaskResult& task);

}  // namespace flanmoe
