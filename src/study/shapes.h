// The paper's claims (arXiv 2305.14705) as comparisons, for a study that lists none of its own.
#pragma once

#include <vector>

#include "study/comparisons.h"

namespace flanmoe {

// `arm` minus `other`, minus the line through the dense arms of `line` at its FLOPs.
ComparisonPart over_arm(const ArmOptions& arm, const ArmOptions& other);
ComparisonPart over_line(const ArmOptions& arm, const std::vector<const ArmOptions*>& line);

// The difference with its sign changed: whether the arm is below.
ComparisonPart turned(ComparisonPart part);

// Every sparse arm over the dense line, or over its twin where there is none; arms with neither are left out.
std::vector<ComparisonPart> sparse_over_dense(const StudyOptions& options, const std::vector<ArmOptions>& arms);

// A shape whose arms the study does not have is left out.
std::vector<StudyComparison> shapes_of(const StudyOptions& options, const std::vector<ArmOptions>& arms);

}  // namespace flanmoe
