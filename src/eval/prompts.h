// Prompts of a task's rows: which template, which exemplars, how long.
#pragma once

#include <string>
#include <vector>

#include "data/task.h"
#include "data/tokenizer.h"
#include "eval/evaluate.h"

namespace flanmoe {

struct EvalPrompt {
  TaskRow row;
  TokenIds source;         // ends with eos
  bool truncated = false;  // lost exemplars or its beginning
};

// The first direct (or chain-of-thought) template; the same exemplars for every row of the task: the first `shots` rows
// of the dev (else train) split, never the row itself. Too long a prompt loses exemplars one by one, then its
// beginning.
std::vector<EvalPrompt> make_prompts(const TaskSpec& task, const std::vector<TaskRow>& rows, bool cot,
                                     const EvalOptions& options, const Tokenizer& tokenizer);

}  // namespace flanmoe
