#include <algorithm>
#include <iostream>
#include <map>

#include "cli/eval_arguments.h"
#include "eval/scoring/interval.h"

namespace flanmoe {
namespace {

// A suite of more tasks than this is shown by its own line alone.
constexpr int64_t kShownTasks = 20;

double number(const Json& row, const char* key) { return row.at(key).get<double>(); }
int64_t count(const Json& row, const char* key) { return row.at(key).get<int64_t>(); }

// "22.3 to 24.0"; "-" for what has none, and for so few items that it says next to nothing.
std::string shown_interval(const Json& row, int64_t num_items) {
  const Json& interval = row.at("interval_95");
  if (interval.is_null() || num_items < kFewItems) return "-";
  return fmt::format("{:.1f} to {:.1f}", interval.at(0).get<double>(), interval.at(1).get<double>());
}

void print_suites(const Json& suites) {
  std::cout << fmt::format("{:<44} {:>6} {:>6} {:>8} {:>16} {:>9} {:>12}\n", "suite: mean over tasks", "tasks", "items",
                           "score", "95% interval", "normal'd", "over items");
  for (const auto& [name, suite] : suites.items()) {
    std::cout << fmt::format("{:<44} {:>6} {:>6} {:>8.1f} {:>16} {:>9.1f} {:>12.1f}\n", name, count(suite, "num_tasks"),
                             count(suite, "num_items"), number(suite, "score"),
                             shown_interval(suite, count(suite, "num_scored")), number(suite, "normalised"),
                             number(suite, "pooled_score"));
  }
}

void print_task(const std::string& name, const Json& task) {
  const int64_t num_scored = count(task, "num_scored");
  std::cout << fmt::format("{:<44} {:>6} {:>8.1f} {:>16} {:>7.1f} {:>9.1f} {:>10} {:>9} {:>7}\n", name,
                           count(task, "num_items"), number(task, "score"), shown_interval(task, num_scored),
                           number(task, "chance"), number(task, "normalised"), count(task, "num_unanswered"),
                           count(task, "num_truncated"), count(task, "num_refused"));
  for (const auto& [metric, value] : task.at("further").items()) {
    std::cout << fmt::format("{:<51} {:>8.1f} {:>16}\n", fmt::format("  {} {}", name, metric), number(value, "score"),
                             shown_interval(value, num_scored));
  }
}

std::string suite_as_asked(const Json& task) {
  return name_as_asked(task.at("suite"), json_named<Prompting>(task, "prompting", "results.json"));
}

void print_tasks(const Json& tasks, bool all_tasks) {
  std::map<std::string, int64_t> sizes;
  for (const auto& [name, task] : tasks.items()) ++sizes[suite_as_asked(task)];
  const auto shown = [&](const Json& task) { return all_tasks || sizes.at(suite_as_asked(task)) <= kShownTasks; };
  if (std::any_of(tasks.begin(), tasks.end(), shown)) {
    std::cout << fmt::format("\n{:<44} {:>6} {:>8} {:>16} {:>7} {:>9} {:>10} {:>9} {:>7}\n", "task", "items", "score",
                             "95% interval", "chance", "normal'd", "no answer", "shortened", "refused");
  }
  for (const auto& [name, task] : tasks.items()) {
    if (shown(task)) print_task(name, task);
  }
  for (const auto& [suite, size] : sizes) {
    if (!all_tasks && size > kShownTasks)
      std::cout << fmt::format("\n{}: its {} tasks are not listed here; --all-tasks lists them\n", suite, size);
  }
}

void print_average(const Json& ours) {
  int64_t num_scored = 0;
  for (const auto& [name, task] : ours.at("tasks").items()) num_scored += count(task, "num_scored");
  const Json& interval = ours.at("normalised_average_interval_95");
  std::cout << fmt::format(
      "normalised average {:.1f} ({})\n", number(ours, "normalised_average"),
      num_scored < kFewItems
          ? "of fewer than ten items: no interval"
          : fmt::format("95% interval {:.1f} to {:.1f}", interval.at(0).get<double>(), interval.at(1).get<double>()));
}

}  // namespace

void print_results(const Json& results, const EvalArguments& arguments) {
  if (arguments.json) {
    std::cout << json_page(results, "standard output");
    return;
  }
  const Json& ours = results.at("flanmoe");
  const Json routing = results.at("config").value("routing", Json::object());
  for (const auto& [key, value] : routing.items())
    std::cout << fmt::format("moe.{} = {}, in place of the model's\n", key, value.dump());
  print_average(ours);
  print_suites(ours.at("suites"));
  print_tasks(ours.at("tasks"), arguments.all_tasks);
}

}  // namespace flanmoe
