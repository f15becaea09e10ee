// Who answers: a model, a file of predictions, a baseline.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/tokenizer/tokenizer.h"
#include "eval/asking/task_run.h"
#include "eval/results.h"
#include "model/t5.h"

namespace flanmoe {

// Judged items of the rows [begin, end) of a task, in order. The same part gives the same bits again.
using Answerer = std::function<std::vector<ItemResult>(const AskedTask& asked, size_t begin, size_t end)>;

// Ranks options where the task is ranked, else generates greedily. Model and tokenizer must live as long. `before_step`
// is called before each batch that is ranked and each token of a batch that is generated; it may throw, to end the
// work.
Answerer model_answerer(const T5Model& model, const Tokenizer& tokenizer,
                        const std::function<void()>& before_step = {});

}  // namespace flanmoe
