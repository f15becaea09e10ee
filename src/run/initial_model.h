// The model a run begins or goes on with.
#pragma once

#include <filesystem>

#include "data/tokenizer/tokenizer.h"
#include "model/t5.h"
#include "run/options.h"

namespace flanmoe {

// The newest checkpoint of the run's own folder, so that it goes on when the folder it came from is gone; else
// options.init; else fresh weights, the vocabulary size filled in. On the chosen device. UserError when the tokenizer
// has more ids than the model.
T5Model initial_model(const RunOptions& options, const Tokenizer& tokenizer, const std::filesystem::path& folder);

}  // namespace flanmoe
