// The paper's claims (arXiv 2305.14705) as questions that the measures answer (docs/results.md lists them by id).
// The yes, no or too noisy of one comparison is verdict_of in study/measures.h and study/interval.h.
#pragma once

#include <vector>

#include "base/json.h"
#include "study/measures.h"

namespace flanmoe {

// A shape whose arms or measures a study does not have is left out.
Json study_verdicts(const StudyOptions& options, const std::vector<ArmOptions>& arms,
                    const std::vector<Measure>& measures, const CellResults& results);

}  // namespace flanmoe
