// A results.json as a study would write it, made up here: small, and with every part filled.
#pragma once

#include <string>

#include "base/json.h"
#include "report/sections.h"

namespace flanmoe {

struct FixtureOptions {
  int num_seeds = 3;
  int num_sparse = 4;  // beside two dense arms
  bool routing = true;
};

Json fixture_results(const FixtureOptions& options = {});

// The same with what some studies measure beside: drops, evaluations, rates of finetuning.
Json with_analyses(Json results);

// One dense arm, one seed, and nothing else than its scores.
Json smallest_results();

// One section of the page of these results.
std::string drawn(std::string (*section)(const report::View&), const Json& results);

}  // namespace flanmoe
