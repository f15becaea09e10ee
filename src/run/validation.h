// What is asked of the model while it trains: tasks, and the loss on held-out text (docs/metrics.md).
#pragma once

#include <filesystem>

#include "data/tokenizer/tokenizer.h"
#include "run/options.h"
#include "train/loop.h"

namespace flanmoe {

// options.validation as a hook of the training loop, its tasks and texts looked at; none where train does not validate.
// Answers are kept in folder/validation/step-N while they come, and go when all are there: a killed run asks only what
// is left. Asks for a stop before each batch and each generated token. UserError when there is nothing to evaluate
// though train says when, and the other way round.
TrainHooks validation_hooks(const RunOptions& options, const Tokenizer& tokenizer, const std::filesystem::path& folder);

}  // namespace flanmoe
