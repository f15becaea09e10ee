// Scores along instruction tuning as measures: "curve/instruct@STEP", the normalised average of `curve`'s tasks there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "study/cell_result.h"
#include "study/options.h"

namespace flanmoe {

std::string curve_measure_id(int64_t step);
// STEP of such an id; nothing for other ids.
std::optional<int64_t> curve_step_of(const std::string& measure_id);

// The steps at which a training run is evaluated, in order: 0 and the last one among them, or none.
std::vector<int64_t> curve_steps(const TrainOptions& training);

// The score of a cell at a step; nothing where its curve has none.
std::optional<double> curve_score(const CellResult& cell, int64_t step);

// UserError when the arm's instruction tuning is not evaluated at `step`, with the nearest steps; `asker` stands in the
// message.
void check_curve_step(int64_t step, const ArmOptions& arm, const std::string& asker);

}  // namespace flanmoe
