// Whether a run in another folder is the one that would be done here: the same numbers, on one platform.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/json.h"
#include "run/options.h"

namespace flanmoe {

// What decides the numbers of a run that has not begun.
struct PlannedRun {
  RunOptions options;         // as its config.yaml will say them
  Json inputs;                // run/inputs.h
  std::string vocabulary;     // Tokenizer::fingerprint
  std::string first_weights;  // model_hash of what it begins with, "" = fresh weights
};
// Reads every input once. UserError as run_training has them.
PlannedRun planned_run(const RunOptions& asked);

// What config.yaml of a run's folder says.
RunOptions kept_run_options(const std::filesystem::path& folder);

struct RunDifference {
  size_t num_settings = 0;  // that are others
  std::string what;         // "'train.steps' is 3 there, 4 here"; "" = the same run
};
// Between a run to come and the one in `folder`. `kept`: its options, `init` naming the place
// where what it began with lies now. Places of data, vocabulary and first weights make no difference, their content
// does; nor do settings of a validation where none is asked for. UserError when the folder lacks what is compared.
RunDifference difference_of(const PlannedRun& here, const RunOptions& kept, const std::filesystem::path& folder);

}  // namespace flanmoe
