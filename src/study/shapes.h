// The paper's claims (arXiv 2305.14705) as comparisons, for a study that lists none of its own.
#pragma once

#include <vector>

#include "study/comparisons.h"

namespace flanmoe {

// `arm` minus `other`, minus the line through the dense arms of `line` at its FLOPs.
ComparisonPart over_arm(const ArmOptions& arm, const ArmOptions& other);
ComparisonPart over_line(const ArmOptions& arm, const std::vector<const ArmOptions*>& line);

// A shape whose arms the study does not have is left out. Sparse arms are compared with the line through the dense arms
// of `options.line`, or with their twins where there is none.
std::vector<StudyComparison> shapes_of(const StudyOptions& options, const std::vector<ArmOptions>& arms);

}  // namespace flanmoe
