// The tokenizer of a run.
#pragma once

#include "data/tokenizer/tokenizer.h"
#include "run/beginning.h"
#include "run/options.h"

namespace flanmoe {

// options.tokenizer, a SentencePiece model or a model folder; else the vocabulary of the model that the run begins
// with; else {data}/spiece.model. UserError saying which setting to set when there is none, and when num_sentinels is
// another number than the folder's.
Tokenizer open_tokenizer(const RunOptions& options, const Beginning& beginning = {});

}  // namespace flanmoe
