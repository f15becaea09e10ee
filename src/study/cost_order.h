// Whether the timed rounds of a study put its arms in the order that was expected (the paper's order of throughput).
//
// Round i of every arm is the same batch, a moment after another arm's (study/cost.h): what slows the machine down hits
// all, and is gone from d_i = ln(rate of one arm / rate of the other). Intervals are t-intervals of the mean of d over
// rounds, shown as exp(d) - 1 in percent. The order agrees when each arm of it is surely faster than the next
// (two-sided test of 5% each: all of them must hold), and disagrees when one is surely slower (5% / number of steps).
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "study/options.h"

namespace flanmoe {

// UserError for an arm that is none (with the nearest) or named twice, for fewer than two, and for fewer than two
// rounds.
void check_cost_order(const StudyOptions& options, const std::vector<ArmOptions>& arms);

// [{"what": "train|eval|decode", "answer": "agrees|disagrees|undecided", "text": one sentence with numbers,
//   "steps": [{"faster", "slower", "interval"}] of the order, "overheads": [{"arm", "interval"}] of every other arm's
// time over the first one's}], in percent; empty where no order is expected. `cost` is cost.json, `where` its name.
Json cost_order_json(const StudyOptions& options, const std::vector<ArmOptions>& arms, const Json& cost,
                     const std::string& where);

}  // namespace flanmoe
