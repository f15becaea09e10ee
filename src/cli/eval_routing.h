// How a model routes while `flanmoe eval` asks it: settings moe.KEY=VALUE that need no other weights.
#pragma once

#include <string>
#include <vector>

#include "model/options.h"

namespace flanmoe {

// Those among the settings typed ("moe.min_capacity=1", "model.moe.min_capacity=1"), taken out of `settings`.
std::vector<std::string> take_routing(std::vector<std::string>& settings);

// The model's routing under them. UserError for a bad value and for what model/evaluation_settings.h refuses.
MoeOptions evaluation_routing(const ModelOptions& model, const std::vector<std::string>& routing);

}  // namespace flanmoe
