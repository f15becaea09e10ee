// Settings of routing that an evaluation may change on a finished model, since they need no other weights.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "model/options.h"

namespace flanmoe {

// UserError for a key ("min_capacity") that decides nothing in evaluation, naming the nearest that does.
void check_evaluation_keys(const std::vector<std::string>& keys);

// UserError for a model whose evaluation the settings do not decide: a dense one, one under Hugging Face's rule, and
// expert choice without a limit, where every expert would take every token.
void check_evaluation_routing(const ModelOptions& model, const MoeOptions& asked);

// What they change: {"min_capacity": 1}, empty where the model says the same.
Json routing_changes(const MoeOptions& model, const MoeOptions& asked);

}  // namespace flanmoe
