// Scores under other settings of evaluation, and what these do to them: "evaluated/NAME/STAGE", "effect/NAME/STAGE",
// and the pair of a study that asks `unlimited`: "unlimited/instructed", "gain/capacity".
#pragma once

#include "study/measure_collector.h"

namespace flanmoe {

// Behind "heldout-direct/STAGE", over which effects are taken.
void add_evaluation_measures(MeasureCollector& collector, const StudyOptions& options, const CellResults& results);

}  // namespace flanmoe
