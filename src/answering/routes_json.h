// Routes as JSON; docs/generate.md describes it for users.
#pragma once

#include <vector>

#include "answering/routes.h"
#include "base/json.h"

namespace flanmoe {

// {"encoder": [{"layer", "tokens": [{"piece", "experts", "weights", "dropped", "full"}]}], "decoder": [...]}: the
// experts that took a token with their weights, how many of its choices were dropped, and the experts that were full.
Json routes_json(const std::vector<RoutedLayer>& layers);

}  // namespace flanmoe
