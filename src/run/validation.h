// Tasks asked of the model while it trains.
#pragma once

#include <filesystem>

#include "data/tokenizer/tokenizer.h"
#include "run/options.h"
#include "train/loop.h"

namespace flanmoe {

// options.validation as a hook of the training loop; none when it has no tasks. Answers are kept in
// folder/validation/step-N while they come, and go when all are there: a killed run asks only what is left.
TrainHooks validation_hooks(const RunOptions& options, const Tokenizer& tokenizer, const std::filesystem::path& folder);

}  // namespace flanmoe
