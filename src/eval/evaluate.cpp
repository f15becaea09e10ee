#include "eval/evaluate.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "data/task_paths.h"
#include "decode/generate.h"
#include "decode/score.h"
#include "eval/aggregate.h"
#include "eval/extract.h"
#include "eval/metrics.h"
#include "eval/prompts.h"

namespace flanmoe {
namespace {

constexpr int64_t kPromptsTogether = 64;

std::vector<TaskSpec> tasks_of(const EvalOptions& options, const std::filesystem::path& data_folder) {
  std::vector<TaskSpec> tasks;
  for (const std::string& path : options.tasks) {
    for (TaskSpec& task : load_tasks(resolve_path(path, data_folder), data_folder)) tasks.push_back(std::move(task));
  }
  if (tasks.empty()) fail_input("'tasks' is empty: name task files or folders to evaluate on");
  return tasks;
}

// The option of largest log probability, summed over its tokens (FLAN's rank classification); ties to the first.
std::vector<std::string> rank(const T5Model& model, const Tokenizer& tokenizer,
                              const std::vector<EvalPrompt>& prompts) {
  std::vector<ScoreRequest> requests;
  for (const EvalPrompt& prompt : prompts) {
    ScoreRequest request{prompt.source, {}};
    for (const std::string& option : prompt.row.options) {
      request.targets.push_back(tokenizer.encode(option));
      request.targets.back().push_back(kEosId);
    }
    requests.push_back(std::move(request));
  }
  std::vector<std::string> predictions;
  const auto scores = score_targets(model, requests);
  for (size_t i = 0; i < prompts.size(); ++i) {
    const auto best = std::max_element(
        scores[i].begin(), scores[i].end(),
        [](const TargetScore& a, const TargetScore& b) { return a.log_probability < b.log_probability; });
    predictions.push_back(prompts[i].row.options[best - scores[i].begin()]);
  }
  return predictions;
}

std::vector<std::string> generated_answers(const T5Model& model, const Tokenizer& tokenizer,
                                           const std::vector<EvalPrompt>& prompts, const EvalOptions& options) {
  std::vector<std::vector<int32_t>> sources;
  for (const EvalPrompt& prompt : prompts) sources.push_back(prompt.source);
  GenerateOptions decoding;
  decoding.max_new_tokens = options.max_new_tokens;
  decoding.batch = kPromptsTogether;
  std::vector<std::string> predictions;
  const auto answers = generate(model, sources, decoding);
  for (size_t i = 0; i < prompts.size(); ++i) {
    predictions.push_back(extract_answer(tokenizer.decode(answers[i]), prompts[i].row.options));
  }
  return predictions;
}

// Ranked? Chain of thought is always generated.
bool is_ranked(const TaskSpec& task, const std::vector<TaskRow>& rows, bool cot, const EvalOptions& options) {
  const bool has_options =
      std::all_of(rows.begin(), rows.end(), [](const TaskRow& row) { return !row.options.empty(); });
  if (options.method == "rank" && !has_options) {
    fail_input("task '{}': 'method' is rank, but it has rows without options; expected auto or generate", task.name);
  }
  return !cot && options.method != "generate" && has_options;
}

void evaluate_task(EvalResult& result, const TaskSpec& task, bool cot, const T5Model& model, const Tokenizer& tokenizer,
                   const EvalOptions& options) {
  const Metric metric = metric_named(task.metric);
  std::vector<TaskRow> rows = load_rows(task, options.split);
  const auto num_available = static_cast<int64_t>(rows.size());
  if (options.max_items > 0 && static_cast<int64_t>(rows.size()) > options.max_items) rows.resize(options.max_items);
  const std::vector<EvalPrompt> prompts = make_prompts(task, rows, cot, options, tokenizer);
  const std::vector<std::string> predictions = is_ranked(task, rows, cot, options)
                                                   ? rank(model, tokenizer, prompts)
                                                   : generated_answers(model, tokenizer, prompts, options);
  const std::string prompting = cot ? "cot" : "direct";
  std::vector<ItemResult> items;
  for (size_t i = 0; i < prompts.size(); ++i) {
    const TaskRow& row = prompts[i].row;
    const double score = predictions[i].empty() ? 0.0 : metric(predictions[i], row.answers);
    items.push_back({task.name, row.id, row.cluster_id, prompting, predictions[i], row.answers.front(), score,
                     prompts[i].truncated});
  }
  TaskResult scored{task.name, task.suite, task.cluster, prompting};
  scored.chance = task.chance;
  scored.num_available = num_available;
  score_task(scored, items);
  result.tasks.push_back(scored);
  result.items.insert(result.items.end(), items.begin(), items.end());
}

}  // namespace

EvalResult evaluate(const T5Model& model, const Tokenizer& tokenizer, const EvalOptions& options,
                    const std::filesystem::path& data_folder) {
  EvalResult result;
  for (const TaskSpec& task : tasks_of(options, data_folder)) {
    if (options.prompts != "cot") evaluate_task(result, task, false, model, tokenizer, options);
    if (options.prompts != "direct" && !task.cot_templates.empty())
      evaluate_task(result, task, true, model, tokenizer, options);
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
