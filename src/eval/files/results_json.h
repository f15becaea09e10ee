// results.json, in the layout that users of EleutherAI's lm-evaluation-harness know; what it has no place for stands
// under "flanmoe". Shares there are fractions of 1, ours are percent.
#pragma once

#include <string>

#include "base/json.h"
#include "eval/files/config_json.h"
#include "eval/files/suites.h"
#include "eval/results.h"

namespace flanmoe {

// The scores alone: what stands under "flanmoe" in results.json, and in a study's cells.
Json scores_json(const EvalResult& result);
// And back, without items; suites and averages are computed again. UserError naming `where`.
EvalResult scores_of(const Json& scores, const std::string& where);

Json results_json(const EvalResult& result, const EvalSetup& setup, const Json& config, const EvalPlan& plan);

// The harness's name of a metric: accuracy is "acc".
std::string harness_metric(const std::string& metric);

}  // namespace flanmoe
