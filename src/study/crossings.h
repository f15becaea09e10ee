// When, in instruction tuning, a sparse model overtakes the dense ones of its FLOPs (the paper's crossover).
#pragma once

#include <vector>

#include "base/json.h"
#include "study/measures.h"
#include "study/options.h"

namespace flanmoe {

// One for each sparse arm with a dense line or a twin, and a curve of two steps or more (docs/results.md: crossings).
Json crossings_json(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                    const std::vector<Measure>& measures);

}  // namespace flanmoe
