#include "eval/evaluation.h"

#include <optional>

#include "base/error.h"
#include "base/log.h"
#include "eval/asking/vocabulary_loss.h"
#include "eval/files/eval_folder.h"
#include "eval/files/results_json.h"

namespace flanmoe {

EvalRequest request_of(const EvalOptions& options, const std::filesystem::path& data_folder) {
  if (options.tasks.empty()) fail_input("'tasks' is empty: name task files or folders to evaluate on");
  EvalRequest request;
  request.suites = {{"", options}};
  request.data = data_folder;
  return request;
}

EvalResult evaluate(const T5Model& model, const Tokenizer& tokenizer, const EvalOptions& options,
                    const std::filesystem::path& data_folder) {
  const EvalPlan plan = plan_evaluation(request_of(options, data_folder));
  BadRows bad_rows(OnBadRow::kStop);
  return run_tasks(plan.runs, model_answerer(model, tokenizer), nullptr, bad_rows, {});
}

Json evaluate_into(const std::filesystem::path& folder, const EvalRequest& request, const EvalPlan& plan,
                   const EvalSetup& setup, const std::function<Answerer()>& open_answerer, const RunHooks& hooks) {
  const Json config = config_json(setup, request, plan);
  std::optional<EvalFolder> kept;
  if (!folder.empty()) kept.emplace(folder, config);
  if (kept && kept->finished()) {
    log_info("{}: finished already; these are its results", folder.string());
    return read_results(folder);
  }
  BadRows bad_rows(request.on_bad_row);
  const EvalResult result = run_tasks(plan.runs, open_answerer(), kept ? &kept->samples() : nullptr, bad_rows, hooks);
  for (const std::string& line : bad_rows.report()) log_warn("{}", line);
  for (const TaskResult& task : result.tasks) {
    if (!task.undefined.empty()) log_warn("{}: no score, counted as 0: {}", task.name(), task.undefined);
  }
  for (const std::string& line : vocabulary_warnings(result.tasks)) log_warn("{}", line);
  const Json results = results_json(result, setup, config, plan);
  if (kept) kept->finish(results);
  return results;
}

}  // namespace flanmoe
