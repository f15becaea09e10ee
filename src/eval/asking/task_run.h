// A task as it is asked: which prompt, rows and exemplars. An evaluation is a list of these.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/readers/bad_rows.h"
#include "data/task.h"
#include "eval/options.h"
#include "eval/results.h"

namespace flanmoe {

struct TaskRun {
  TaskSpec task;
  std::string suite;  // its place in the results
  Prompting prompting = Prompting::kDirect;
  EvalOptions options;

  bool is_cot() const { return prompting == Prompting::kCot; }
  const PromptTemplate& prompt() const { return is_cot() ? task.eval.cot : task.eval.direct; }
  std::string name() const { return name_as_asked(task.name, prompting); }
  std::string split() const { return options.split.empty() ? task.eval.split : options.split; }
  std::string exemplar_split() const;
  int64_t shots() const;
  int64_t max_new_tokens() const;
};

// Direct and chain of thought, each a run of its own. A task without chain-of-thought prompt has none.
std::vector<TaskRun> runs_of_task(const TaskSpec& task, const EvalOptions& options, const std::string& suite);

// A run with its rows: those asked, and those that exemplars come from, in order.
struct AskedTask {
  TaskRun run;
  std::vector<TaskRow> rows, exemplars;
  int64_t num_available = 0;  // rows before `max_items` cuts
  bool ranked = false;        // options are ranked; chain of thought is always generated
};

// Reads the files; what becomes of rows that are bad, `bad_rows` says. Exemplars of chain of thought have a rationale.
// UserError when there is none, and when options should be ranked and a row has none.
AskedTask open_task(const TaskRun& run, BadRows& bad_rows);

// A task's result before its items are in.
TaskResult unscored(const AskedTask& asked);

}  // namespace flanmoe
