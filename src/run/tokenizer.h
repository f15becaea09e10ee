// The tokenizer of a run.
#pragma once

#include "data/tokenizer/tokenizer.h"
#include "run/options.h"

namespace flanmoe {

// options.tokenizer, or the data folder's.
Tokenizer open_tokenizer(const RunOptions& options);

}  // namespace flanmoe
