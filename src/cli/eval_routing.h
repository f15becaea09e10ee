// How a model routes while `flanmoe eval` asks it: settings moe.KEY=VALUE that need no other weights.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "model/options.h"

namespace flanmoe {

// Those among the settings typed ("moe.min_capacity=1", "model.moe.min_capacity=1"), taken out of `settings`.
std::vector<std::string> take_routing(std::vector<std::string>& settings);

// The model's routing under them. UserError for a key that is none of evaluation's (naming the nearest), a bad value,
// and a model whose evaluation none of them decides: a dense one, one under Hugging Face's rule.
MoeOptions evaluation_routing(const ModelOptions& model, const std::vector<std::string>& routing);

// What they change: {"min_capacity": 1}, empty where the model says the same.
Json routing_changes(const MoeOptions& model, const MoeOptions& asked);

}  // namespace flanmoe
