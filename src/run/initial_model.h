// The model a run begins or goes on with.
#pragma once

#include "data/tokenizer/tokenizer.h"
#include "model/t5.h"
#include "run/beginning.h"
#include "run/options.h"

namespace flanmoe {

// The model of the beginning, else fresh weights, the vocabulary size filled in. On the chosen device. UserError when
// the tokenizer has more ids than the model.
T5Model initial_model(const RunOptions& options, const Tokenizer& tokenizer, const Beginning& beginning);

// The run as it is done, with what the beginning decides: the model that is trained, the number of sentinels.
RunOptions resolved_options(const RunOptions& options, const Beginning& beginning, const Tokenizer& tokenizer);

}  // namespace flanmoe
