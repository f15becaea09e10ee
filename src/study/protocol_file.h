// protocol.json of a study: what was fixed before its first run, and by which program.
#pragma once

#include <string>
#include <vector>

#include "study/cells.h"
#include "study/comparisons.h"

namespace flanmoe {

// Writes it when it is not there; else checks that the questions, their margins, the looks and the worlds are still the
// same, and throws UserError with the first difference: results seen so far were not judged by these.
void keep_protocol(const StudyOptions& options, const std::vector<StudyComparison>& comparisons,
                   const StudyFolder& folder, const std::string& commit);

}  // namespace flanmoe
