// The answers of a study to its comparisons: yes, no, equal or undecided (docs/statistics.md).
#pragma once

#include <vector>

#include "base/json.h"
#include "study/comparisons.h"
#include "study/further_looks.h"
#include "study/measures.h"

namespace flanmoe {

// One per comparison whose measure there is, in order (docs/results.md: verdicts); undecided primary ones say where
// they go on.
Json study_verdicts(const std::vector<StudyComparison>& comparisons, const ProtocolOptions& protocol,
                    const std::vector<Measure>& measures, const FurtherLooks& further = {});

}  // namespace flanmoe
