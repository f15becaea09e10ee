// The arms of a study, resolved.
#pragma once

#include <cstdint>
#include <vector>

#include "study/options.h"

namespace flanmoe {

// The arms with their recipes resolved (vocabulary size included), dense twins widened. UserError for an unknown twin,
// a twin whose FLOPs differ by more than 1%, or a model that cannot be built.
std::vector<ArmOptions> resolve_arms(const StudyOptions& options, int64_t vocab_size);

}  // namespace flanmoe
