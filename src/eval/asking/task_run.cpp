#include "eval/asking/task_run.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "data/task_paths.h"
#include "eval/metrics/corpus_metrics.h"
#include "eval/metrics/rouge.h"

namespace flanmoe {
namespace {

std::vector<TaskRow> load_exemplars(const TaskRun& run, BadRows& bad_rows) {
  if (run.shots() == 0) return {};
  std::vector<TaskRow> rows = load_rows(run.task, run.exemplar_split(), bad_rows);
  if (run.is_cot()) std::erase_if(rows, [](const TaskRow& row) { return row.rationale.empty(); });
  if (rows.empty()) {
    fail_input("task '{}': no row of split '{}' has a rationale; chain of thought with {} exemplars needs some",
               run.task.name, run.exemplar_split(), run.shots());
  }
  return rows;
}

// ROUGE counts words of letters and digits: where no accepted answer has one, whatever is said scores 0.
void warn_of_wordless(const TaskRun& run, const std::vector<TaskRow>& rows) {
  if (run.task.metric != "rouge_l" && run.task.metric != "rouge_1") return;
  const auto is_wordless = [](const TaskRow& row) {
    return std::all_of(row.answers.begin(), row.answers.end(),
                       [](const std::string& answer) { return rouge_tokens(answer).empty(); });
  };
  const auto count = std::count_if(rows.begin(), rows.end(), is_wordless);
  if (count == 0) return;
  log_warn(
      "task '{}': the answers of {} of {} items have no word that '{}' counts (a-z, 0-9): they score 0, whatever is "
      "said",
      run.task.name, count, rows.size(), run.task.metric);
}

bool is_ranked(const TaskRun& run, const std::vector<TaskRow>& rows) {
  const auto bare = std::find_if(rows.begin(), rows.end(), [](const TaskRow& row) { return row.options.empty(); });
  if (run.options.method == AnswerMethod::kRank && bare != rows.end()) {
    fail_input("task '{}': 'method' is rank, but row '{}' has no options; expected auto or generate", run.task.name,
               bare->id);
  }
  return !run.is_cot() && run.options.method != AnswerMethod::kGenerate && bare == rows.end();
}

}  // namespace

std::string TaskRun::exemplar_split() const {
  const std::string& named = is_cot() ? task.eval.cot_exemplars : task.eval.exemplars;
  return named == "dev" && !task.splits.contains("dev") ? "train" : named;
}

int64_t TaskRun::shots() const { return options.shots.value_or(is_cot() ? task.eval.cot_shots : task.eval.shots); }

int64_t TaskRun::max_new_tokens() const {
  if (options.max_new_tokens > 0) return options.max_new_tokens;
  return is_cot() ? task.eval.cot_max_new_tokens : task.eval.max_new_tokens;
}

std::vector<TaskRun> runs_of_task(const TaskSpec& task, const EvalOptions& options, const std::string& suite) {
  std::vector<TaskRun> runs;
  if (options.prompts != PromptKinds::kCot) runs.push_back({task, suite, Prompting::kDirect, options});
  if (options.prompts != PromptKinds::kDirect && !task.eval.cot.input.empty())
    runs.push_back({task, suite, Prompting::kCot, options});
  return runs;
}

AskedTask open_task(const TaskRun& run, BadRows& bad_rows) {
  for (const std::string& metric : run.task.further_metrics) corpus_metric_named(metric);  // refuses an unknown one
  AskedTask asked{run, load_rows(run.task, run.split(), bad_rows), load_exemplars(run, bad_rows)};
  asked.num_available = static_cast<int64_t>(asked.rows.size());
  const int64_t limit = run.options.max_items;
  if (limit > 0 && asked.num_available > limit) asked.rows.resize(static_cast<size_t>(limit));
  asked.ranked = is_ranked(run, asked.rows);
  warn_of_wordless(run, asked.rows);
  return asked;
}

TaskResult unscored(const AskedTask& asked) {
  const TaskRun& run = asked.run;
  TaskResult result{run.task.name, run.suite, run.task.cluster, run.prompting};
  result.chance = run.task.chance;
  result.num_available = asked.num_available;
  result.shots = run.shots();
  result.version = run.task.version;
  result.held_out = run.task.held_out;
  result.metric = run.task.metric;
  return result;
}

}  // namespace flanmoe
