// The batches of a run: corpus or mixture, by its phase.
#pragma once

#include <memory>

#include "data/batch_source.h"
#include "data/tokenizer/tokenizer.h"
#include "run/options.h"

namespace flanmoe {

std::unique_ptr<BatchSource> make_source(const RunOptions& options, const Tokenizer& tokenizer);

}  // namespace flanmoe
