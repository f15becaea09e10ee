// A baseline in the place of a model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eval/asking/answerer.h"

namespace flanmoe {

// What answering without reading scores (eval/asking/baseline.h): chance | majority | random. `seed` is that of
// `random`.
Answerer baseline_answerer(const std::string& name, uint64_t seed);
std::vector<std::string> baseline_names();

}  // namespace flanmoe
