#include "eval/evaluate.h"

#include "base/error.h"
#include "base/files.h"
#include "eval/aggregate.h"
#include "eval/answerer.h"
#include "eval/task_run.h"

namespace flanmoe {

EvalResult evaluate(const T5Model& model, const Tokenizer& tokenizer, const EvalOptions& options,
                    const std::filesystem::path& data_folder) {
  const Answerer answerer = model_answerer(model, tokenizer);
  BadRows bad_rows(OnBadRow::kStop);
  EvalResult result;
  for (const TaskRun& run : plan_tasks(options, data_folder)) {
    const AskedTask asked = open_task(run, bad_rows);
    const std::vector<ItemResult> items = answerer(asked, 0, asked.rows.size());
    result.tasks.push_back(scored_task(asked, items));
    result.items.insert(result.items.end(), items.begin(), items.end());
  }
  result.suites = score_suites(result.tasks);
  result.normalised_average = normalised_average(result.suites);
  return result;
}

Json eval_to_json(const EvalResult& result) {
  Json tasks = Json::array(), suites = Json::array();
  for (const TaskResult& task : result.tasks) {
    tasks.push_back({{"task", task.task},
                     {"suite", task.suite},
                     {"cluster", task.cluster},
                     {"prompting", task.prompting},
                     {"num_items", task.num_items},
                     {"num_available", task.num_available},
                     {"num_truncated", task.num_truncated},
                     {"num_unanswered", task.num_unanswered},
                     {"score", task.score},
                     {"standard_error", task.standard_error},
                     {"chance", task.chance},
                     {"normalised", task.normalised()}});
  }
  for (const SuiteResult& suite : result.suites) {
    suites.push_back({{"suite", suite.suite},
                      {"prompting", suite.prompting},
                      {"num_tasks", suite.num_tasks},
                      {"num_items", suite.num_items},
                      {"score", suite.score},
                      {"standard_error", suite.standard_error},
                      {"normalised", suite.normalised}});
  }
  return {{"tasks", tasks}, {"suites", suites}, {"normalised_average", result.normalised_average}};
}

void write_eval(const EvalResult& result, const std::filesystem::path& folder) {
  if (fs::exists(folder)) fail_input("{}: exists already; expected a new folder", folder.string());
  std::string lines;
  for (const ItemResult& item : result.items) {
    lines += Json{{"task", item.task},
                  {"id", item.id},
                  {"cluster_id", item.cluster_id},
                  {"prompting", item.prompting},
                  {"prediction", item.prediction},
                  {"answer", item.answer},
                  {"score", item.score},
                  {"truncated", item.truncated}}
                 .dump() +
             "\n";
  }
  create_folder_atomically(folder, [&](const std::filesystem::path& temporary) {
    write_json(temporary / "scores.json", eval_to_json(result));
    write_atomically(temporary / "items.jsonl", lines);
  });
}

}  // namespace flanmoe
