// Prompts of a task's rows: header, exemplars, query, and what is left out when that is too long.
#pragma once

#include <string>
#include <vector>

#include "data/tokenizer/tokenizer.h"
#include "eval/asking/task_run.h"

namespace flanmoe {

struct EvalPrompt {
  std::string text;  // as encoded; of a prompt cut at its front, all of it
  TokenIds source;   // ends with eos; empty when refused
  int64_t num_exemplars = 0, num_exemplars_dropped = 0;
  bool front_cut = false, context_cut = false, refused = false;
  bool truncated() const { return num_exemplars_dropped > 0 || front_cut || context_cut; }
};

// Header, exemplars and query before anything is cut.
std::string whole_prompt(const AskedTask& asked, const TaskRow& row);

// Header and query are those of the task's EvalForm; exemplars are the first `shots` rows, the same for every row of
// the task, never the row itself or one that reads like it. Too long a prompt loses exemplars, the last first; then, by
// `too_long`,
//   front: its beginning;
//   context: words of the middle of its longest field that is not the question (passage, context), for which "..."
//   stands; the question is never cut: when it alone is too long, the prompt is refused.
EvalPrompt make_prompt(const AskedTask& asked, const TaskRow& row, const Tokenizer& tokenizer);

}  // namespace flanmoe
