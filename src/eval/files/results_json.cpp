#include "eval/files/results_json.h"

#include <ctime>

#include "base/machine.h"
#include "eval/files/config_json.h"
#include "eval/scoring/aggregate.h"

namespace flanmoe {
namespace {

std::string suite_name(const SuiteResult& suite) {
  std::string name = suite.suite;
  if (!suite.category.empty()) name += "/" + suite.category;
  return name_as_asked(name, suite.prompting);
}

Json interval_json(double value, double error) {
  return Json::array({value - half_interval(error), value + half_interval(error)});
}

Json further_json(const TaskResult& task) {
  Json further = Json::object();
  for (const FurtherValue& value : task.further) {
    further[value.metric] = {{"score", value.score},
                             {"standard_error", value.standard_error},
                             {"interval_95", interval_json(value.score, value.standard_error)},
                             {"undefined", value.undefined}};
  }
  return further;
}

Json task_json(const TaskResult& task) {
  return {{"task", task.task},
          {"suite", task.suite},
          {"cluster", task.cluster},
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
          {"undefined", task.undefined},
          {"score", task.score},
          {"standard_error", task.standard_error},
          {"interval_95", interval_json(task.score, task.standard_error)},
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
          {"score", suite.score},
          {"standard_error", suite.standard_error},
          {"interval_95", interval_json(suite.score, suite.standard_error)},
          {"pooled_score", suite.pooled},
          {"normalised", suite.normalised},
          {"normalised_standard_error", suite.normalised_error},
          {"tasks", suite.tasks}};
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
  if (json.contains("metric")) {  // older cells of studies end here
    task.metric = json_string(json, "metric", where);
    task.num_refused = json_int(json, "num_refused", where);
    task.num_exemplars_dropped = json_int(json, "num_exemplars_dropped", where);
    task.num_contexts_cut = json_int(json, "num_contexts_cut", where);
    task.num_unended = json_int(json, "num_unended", where);
    task.undefined = json_string(json, "undefined", where);
  }
  return task;
}

void add_tasks(Json& results, const EvalResult& result) {
  for (const TaskResult& task : result.tasks) {
    const std::string name = task.name(), metric = harness_metric(task.metric);
    results["results"][name] = {{"alias", name},
                                {metric + ",none", task.score / 100.0},
                                {metric + "_stderr,none", task.standard_error / 100.0}};
    results["higher_is_better"][name] = {{metric, true}};
    for (const FurtherValue& value : task.further) {
      results["results"][name][harness_metric(value.metric) + ",none"] = value.score / 100.0;
      results["results"][name][harness_metric(value.metric) + "_stderr,none"] = value.standard_error / 100.0;
      results["higher_is_better"][name][harness_metric(value.metric)] = true;
    }
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
    const std::string own = harness_metric(task.metric);
    if (!metric.empty() && metric != own) return "score";
    metric = own;
  }
  return metric;
}

void add_groups(Json& results, const EvalResult& result) {
  for (const SuiteResult& suite : result.suites) {
    const std::string name = suite_name(suite), metric = suite_metric(suite, result);
    results["groups"][name] = {{"alias", name},
                               {metric + ",none", suite.score / 100.0},
                               {metric + "_stderr,none", suite.standard_error / 100.0}};
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
  const double error = normalised_average_error(result.suites);
  return {{"tasks", tasks},
          {"suites", suites},
          {"normalised_average", result.normalised_average},
          {"normalised_average_standard_error", error},
          {"normalised_average_interval_95", interval_json(result.normalised_average, error)}};
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
