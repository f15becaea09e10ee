// Scores along instruction tuning as measures: "curve/instruct@STEP", the normalised average of `curve`'s tasks there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "study/cell_result.h"
#include "study/measure_collector.h"
#include "study/options.h"

namespace flanmoe {

std::string curve_measure_id(int64_t step);
// STEP of such an id; nothing for other ids.
std::optional<int64_t> curve_step_of(const std::string& measure_id);

// The steps at which a training run is evaluated, in order: 0 and the last one among them, or none.
std::vector<int64_t> curve_steps(const TrainOptions& training);
bool is_curve_step(const TrainOptions& training, int64_t step);

// The score of a cell at a step, with the interval over items where its curve has one; nothing where it has no score.
std::optional<FoundScore> curve_score(const CellResult& cell, int64_t step);

// "the nearest: 32 and 48", of curve_steps; or what to set where there are none.
std::string curve_steps_hint(const TrainOptions& training, int64_t step);

// "curve/instruct@STEP" of every step at which some arm is evaluated, in order; each one's curve is of its own steps.
void add_curve_measures(MeasureCollector& collector, const std::vector<ArmOptions>& arms, const CellResults& results);

}  // namespace flanmoe
