// What the sparse layers of a cell did, by layer: in training (its last logged step) and in evaluation (the analysis of
// routing on held-out texts), with the most that their utilisation could be.
#pragma once

#include <optional>

#include "base/json.h"
#include "model/options.h"
#include "study/cell_result.h"

namespace flanmoe {

// {"stack", "layer", "utilisation", "utilisation_ceiling" (null: 1), ...} of each sparse layer; [] where the curve has
// none.
Json training_layers(const CellResult& cell, const ModelOptions& model);

// CellResult::routing, its "layers" with "utilisation_ceiling".
Json evaluation_routing(const CellResult& cell, const ModelOptions& model);

// Executed FLOPs per token (model/executed_flops.h); nothing where the cell, of an older program or a decoder-only
// model, does not say how many choices its layers kept.
std::optional<double> executed_in_training(const CellResult& cell, const ModelOptions& model);
std::optional<double> executed_in_evaluation(const CellResult& cell, const ModelOptions& model);

}  // namespace flanmoe
