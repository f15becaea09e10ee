// The arms of a study, resolved.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "study/options.h"

namespace flanmoe {

// The arms with their recipes resolved (vocabulary size included), dense twins widened, each at every value of the axes
// (study/axes.h) that hold for it. UserError for an unknown twin, a twin whose FLOPs differ by more than 1%, a model
// that cannot be built, and values of an axis at which an arm's runs are the same.
std::vector<ArmOptions> resolve_arms(const StudyOptions& options, int64_t vocab_size);

// The arm of that name, null when there is none.
const ArmOptions* find_arm(const std::vector<ArmOptions>& arms, const std::string& name);
// Whether they stand at one value of every axis that holds for both.
bool stand_beside(const ArmOptions& one, const ArmOptions& other);
// An arm of the study, known to be one.
const ArmOptions& arm_of(const std::vector<ArmOptions>& arms, const std::string& name);

}  // namespace flanmoe
