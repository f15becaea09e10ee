// Text that a run keeps out of training, and the loss on it.
#pragma once

#include <functional>
#include <vector>

#include "data/tokenizer/tokenizer.h"
#include "model/t5.h"
#include "run/options.h"
#include "tensor/batch.h"

namespace flanmoe {

// The first validation.loss_batches batches of what is held out: validation.files or corpus.held_out_share; rows of
// mixture.held_out_share, or of the tasks' split validation.loss_split. The same for every seed of a run. None when
// nothing is held out. UserError where the settings contradict each other.
std::vector<TokenBatch> held_out_batches(const RunOptions& options, const Tokenizer& tokenizer);

// Mean cross-entropy per target token (natural logarithm) over all batches, without dropout and noise, under the
// capacity of evaluation. `before_batch` may throw, to end the work.
double held_out_loss(const T5Model& model, const std::vector<TokenBatch>& batches,
                     const std::function<void()>& before_batch = {});

}  // namespace flanmoe
