// Scores of the finetune sets: "finetune/SET/WAY", their normalised mean, and what instruction tuning adds to it.
#pragma once

#include "study/measure_collector.h"

namespace flanmoe {

// None in a study without finetune sets.
void add_finetune_measures(MeasureCollector& collector, const StudyOptions& options, const CellResults& results);

}  // namespace flanmoe
