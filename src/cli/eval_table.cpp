#include <iostream>

#include "cli/eval_arguments.h"

namespace flanmoe {
namespace {

double number(const Json& row, const char* key) { return row.at(key).get<double>(); }
int64_t count(const Json& row, const char* key) { return row.at(key).get<int64_t>(); }

// Half of the 95% interval.
double spread(const Json& interval) { return (interval.at(1).get<double>() - interval.at(0).get<double>()) / 2.0; }

void print_tasks(const Json& tasks) {
  std::cout << fmt::format("{:<44} {:>6} {:>8} {:>7} {:>7} {:>9} {:>10} {:>9} {:>7}\n", "task", "items", "score",
                           "+-95%", "chance", "normal'd", "no answer", "shortened", "refused");
  for (const auto& [name, task] : tasks.items()) {
    std::cout << fmt::format("{:<44} {:>6} {:>8.1f} {:>7.1f} {:>7.1f} {:>9.1f} {:>10} {:>9} {:>7}\n", name,
                             count(task, "num_items"), number(task, "score"), spread(task.at("interval_95")),
                             number(task, "chance"), number(task, "normalised"), count(task, "num_unanswered"),
                             count(task, "num_truncated"), count(task, "num_refused"));
    for (const auto& [metric, value] : task.at("further").items()) {
      std::cout << fmt::format("{:<51} {:>8.1f} {:>7.1f}\n", fmt::format("  {} {}", name, metric),
                               number(value, "score"), spread(value.at("interval_95")));
    }
  }
}

void print_suites(const Json& suites) {
  std::cout << fmt::format("\n{:<44} {:>6} {:>8} {:>7} {:>9} {:>12}\n", "suite: mean over tasks", "tasks", "score",
                           "+-95%", "normal'd", "over items");
  for (const auto& [name, suite] : suites.items()) {
    std::cout << fmt::format("{:<44} {:>6} {:>8.1f} {:>7.1f} {:>9.1f} {:>12.1f}\n", name, count(suite, "num_tasks"),
                             number(suite, "score"), spread(suite.at("interval_95")), number(suite, "normalised"),
                             number(suite, "pooled_score"));
  }
}

}  // namespace

void print_results(const Json& results, bool as_json) {
  if (as_json) {
    std::cout << json_page(results, "standard output");
    return;
  }
  const Json& ours = results.at("flanmoe");
  print_tasks(ours.at("tasks"));
  print_suites(ours.at("suites"));
  std::cout << fmt::format("\nnormalised average {:.1f} +- {:.1f}\n", number(ours, "normalised_average"),
                           spread(ours.at("normalised_average_interval_95")));
}

}  // namespace flanmoe
