#include "eval/files/results_json.h"

#include <ctime>

#include "base/machine.h"
#include "eval/files/config_json.h"
#include "eval/metrics/corpus_metrics.h"
#include "eval/scoring/aggregate.h"
#include "eval/scoring/interval.h"

namespace flanmoe {
namespace {

std::string suite_name(const SuiteResult& suite) {
  std::string name = suite.suite;
  if (!suite.category.empty()) name += "/" + suite.category;
  return name_as_asked(name, suite.prompting);
}

Json interval_json(const std::optional<ScoreInterval>& interval) {
  return interval ? Json::array({interval->low, interval->high}) : Json();
}

Json further_json(const TaskResult& task) {
  Json further = Json::object();
  for (const FurtherValue& value : task.further) {
    further[value.metric] = {{"score", value.score},
                             {"standard_error", value.standard_error},
                             {"interval_95", interval_json(interval_of(task, value))},
                             {"undefined", value.undefined}};
  }
  return further;
}

Json by_ranking_json(const TaskResult& task) {
  Json by_ranking = Json::object();
  for (const FurtherValue& value : task.by_ranking)
    by_ranking[value.metric] = {{"score", value.score}, {"standard_error", value.standard_error}};
  return by_ranking;
}

Json task_json(const TaskResult& task) {
  return {{"task", task.task},
          {"suite", task.suite},
          {"cluster", task.cluster},
          {"held_out", task.held_out},
          {"prompting", name_of(task.prompting)},
          {"metric", task.metric},
          {"num_items", task.num_items},
          {"num_available", task.num_available},
          {"num_scored", task.num_items - task.num_refused},
          {"num_refused", task.num_refused},
          {"num_unanswered", task.num_unanswered},
          {"num_truncated", task.num_truncated},
          {"num_exemplars_dropped", task.num_exemplars_dropped},
          {"num_contexts_cut", task.num_contexts_cut},
          {"num_unended", task.num_unended},
          {"num_tied", task.num_tied},
          {"num_unknown_prompts", task.num_unknown_prompts},
          {"num_unknown_options", task.num_unknown_options},
          {"num_unknown_answers", task.num_unknown_answers},
          {"lost_stops", task.lost_stops},
          {"num_clusters", task.num_clusters},
          {"undefined", task.undefined},
          {"score", task.score},
          {"standard_error", task.standard_error},
          {"interval_95", interval_json(interval_of(task))},
          {"ranking", task.ranking},
          {"by_ranking", by_ranking_json(task)},
          {"chance", task.chance},
          {"normalised", task.normalised()},
          {"further", further_json(task)}};
}

Json suite_json(const SuiteResult& suite) {
  return {{"suite", suite.suite},
          {"category", suite.category},
          {"prompting", name_of(suite.prompting)},
          {"num_tasks", suite.num_tasks},
          {"num_items", suite.num_items},
          {"num_scored", suite.num_scored},
          {"mean_over", "tasks"},
          {"score", suite.score},
          {"standard_error", suite.standard_error},
          {"interval_95", interval_json(interval_of(suite))},
          {"pooled_score", suite.pooled},
          {"normalised", suite.normalised},
          {"normalised_standard_error", suite.normalised_error},
          {"tasks", suite.tasks}};
}

// What older results do not have.
void read_ranking(TaskResult& task, const Json& json, const std::string& where) {
  task.ranking = json_string(json, "ranking", where);
  for (const auto& [ranking, value] : json_at(json, "by_ranking", where).items())
    task.by_ranking.push_back(
        {ranking, json_number(value, "score", where), json_number(value, "standard_error", where), ""});
  task.num_tied = json_int(json, "num_tied", where);
  task.num_unknown_prompts = json_int(json, "num_unknown_prompts", where);
  task.num_unknown_options = json_int(json, "num_unknown_options", where);
  task.num_unknown_answers = json_int(json, "num_unknown_answers", where);
  for (const Json& stop : json_at(json, "lost_stops", where)) task.lost_stops.push_back(stop.get<std::string>());
}

TaskResult task_of(const Json& json, const std::string& where) {
  TaskResult task{json_string(json, "task", where), json_string(json, "suite", where),
                  json_string(json, "cluster", where), json_named<Prompting>(json, "prompting", where)};
  task.num_items = json_int(json, "num_items", where);
  task.num_available = json_int(json, "num_available", where);
  task.num_truncated = json_int(json, "num_truncated", where);
  task.num_unanswered = json_int(json, "num_unanswered", where);
  task.score = json_number(json, "score", where);
  task.standard_error = json_number(json, "standard_error", where);
  task.chance = json_number(json, "chance", where);
  task.num_clusters = json.value("num_clusters", task.num_items);  // older ones have none
  task.held_out = json.value("held_out", "");                      // nor this
  if (json.contains("metric")) {                                   // older cells of studies end here
    task.metric = json_string(json, "metric", where);
    task.num_refused = json_int(json, "num_refused", where);
    task.num_exemplars_dropped = json_int(json, "num_exemplars_dropped", where);
    task.num_contexts_cut = json_int(json, "num_contexts_cut", where);
    task.num_unended = json_int(json, "num_unended", where);
    task.undefined = json_string(json, "undefined", where);
  }
  if (json.contains("ranking")) read_ranking(task, json, where);
  return task;
}

// The harness's accuracy of an option ranked by each variant.
std::string harness_accuracy(const std::string& ranking) {
  switch (value_named<RankingScore>(ranking).value_or(RankingScore::kSum)) {
    case RankingScore::kSum:
      return "acc";
    case RankingScore::kPerToken:
      return "acc_per_token";  // it has none
    case RankingScore::kPerCharacter:
      return "acc_norm";
    case RankingScore::kPerByte:
      return "acc_bytes";
    case RankingScore::kUnconditional:
      return "acc_mutual_info";
  }
  return "acc";
}

std::string harness_metric_of(const TaskResult& task) {
  return task.metric == "accuracy" ? harness_accuracy(task.ranking) : harness_metric(task.metric);
}

void add_value(Json& results, const std::string& name, const std::string& metric, double score, double error) {
  const double scale = metric == "bleu" ? 1.0 : 100.0;  // BLEU has 100 at its top there, too
  Json& row = results["results"][name];
  if (row.contains(metric + ",none")) return;
  row[metric + ",none"] = score / scale;
  row[metric + "_stderr,none"] = error / scale;
  results["higher_is_better"][name][metric] = true;
}

void add_tasks(Json& results, const EvalResult& result) {
  for (const TaskResult& task : result.tasks) {
    const std::string name = task.name();
    results["results"][name] = {{"alias", name}};
    add_value(results, name, harness_metric_of(task), task.score, task.standard_error);
    if (task.metric == "accuracy") {
      for (const FurtherValue& value : task.by_ranking)
        add_value(results, name, harness_accuracy(value.metric), value.score, value.standard_error);
    }
    for (const FurtherValue& value : task.further)
      add_value(results, name, harness_metric(value.metric), value.score, value.standard_error);
    results["versions"][name] = task.version;
    results["n-shot"][name] = task.shots;
    results["n-samples"][name] = {{"original", task.num_available}, {"effective", task.num_items}};
  }
}

// The metric of a suite whose tasks agree on one, else "score".
std::string suite_metric(const SuiteResult& suite, const EvalResult& result) {
  std::string metric;
  for (const TaskResult& task : result.tasks) {
    if (task.suite != suite.suite || task.prompting != suite.prompting) continue;
    const std::string own = harness_metric_of(task);
    if (!metric.empty() && metric != own) return "score";
    metric = own;
  }
  return metric;
}

void add_groups(Json& results, const EvalResult& result) {
  for (const SuiteResult& suite : result.suites) {
    const std::string name = suite_name(suite), metric = suite_metric(suite, result);
    const double scale = metric == "bleu" ? 1.0 : 100.0;
    results["groups"][name] = {{"alias", name},
                               {metric + ",none", suite.score / scale},
                               {metric + "_stderr,none", suite.standard_error / scale},
                               {"mean_over", "tasks"},
                               {metric + "_over_items,none", suite.pooled / scale}};
    results["group_subtasks"][name] = suite.tasks;
  }
}

}  // namespace

std::string harness_metric(const std::string& metric) {
  if (metric == "accuracy") return "acc";
  if (metric == "token_f1") return "f1";
  if (metric == "rouge_l") return "rougeL";
  if (metric == "rouge_1") return "rouge1";
  return metric;
}

Json scores_json(const EvalResult& result) {
  Json tasks = Json::object(), suites = Json::object();
  for (const TaskResult& task : result.tasks) tasks[task.name()] = task_json(task);
  for (const SuiteResult& suite : result.suites) suites[suite_name(suite)] = suite_json(suite);
  for (const SuiteResult& suite : score_categories(result.tasks)) suites[suite_name(suite)] = suite_json(suite);
  const double average = result.normalised_average, error = normalised_average_error(result.suites);
  return {{"tasks", tasks},
          {"suites", suites},
          {"normalised_average", average},
          {"normalised_average_standard_error", error},
          {"normalised_average_interval_95", interval_json(normalised_average_interval(result.suites, average))}};
}

EvalResult scores_of(const Json& scores, const std::string& where) {
  EvalResult result;
  for (const Json& task : json_at(scores, "tasks", where)) result.tasks.push_back(task_of(task, where));
  result.suites = score_suites(result.tasks);
  result.normalised_average = normalised_average(result.suites);
  return result;
}

Json results_json(const EvalResult& result, const EvalSetup& setup, const Json& config, const EvalPlan& plan) {
  Json results = {{"results", Json::object()},        {"groups", Json::object()},
                  {"group_subtasks", Json::object()}, {"versions", Json::object()},
                  {"n-shot", Json::object()},         {"higher_is_better", Json::object()},
                  {"n-samples", Json::object()},      {"config", config},
                  {"model_hash", setup.model_hash},   {"tokenizer_hash", setup.tokenizer_hash},
                  {"date", std::time(nullptr)},       {"date_utc", utc_now()},
                  {"flanmoe_version", setup.version}, {"command", setup.command}};
  add_tasks(results, result);
  add_groups(results, result);
  results["flanmoe"] = scores_json(result);
  results["flanmoe"]["left_out"] = plan.left_out;
  return results;
}

}  // namespace flanmoe
