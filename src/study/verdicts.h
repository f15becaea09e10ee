// The paper's claims as questions that the measures answer (reference/paper 11, shapes 1, 2, 3, 6, 9).
#pragma once

#include <vector>

#include "base/json.h"
#include "study/measures.h"

namespace flanmoe {

// A shape whose arms or measures a study does not have is left out.
Json study_verdicts(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                    const std::vector<Measure>& measures, const CellResults& results);

}  // namespace flanmoe
