#include "eval/aggregate.h"

#include <cmath>
#include <map>

namespace flanmoe {

void score_task(TaskResult& task, const std::vector<ItemResult>& items) {
  const auto count = static_cast<double>(items.size());
  double sum = 0.0;
  for (const ItemResult& item : items) {
    sum += item.score;
    task.num_truncated += item.truncated ? 1 : 0;
    task.num_unanswered += item.prediction.empty() ? 1 : 0;
  }
  const double mean = sum / count;
  std::map<std::string, double> clusters;  // deviations summed inside a cluster
  for (const ItemResult& item : items)
    clusters[item.cluster_id.empty() ? "item " + item.id : item.cluster_id] += item.score - mean;
  double squares = 0.0;
  for (const auto& [name, deviation] : clusters) squares += deviation * deviation;
  const auto num_clusters = static_cast<double>(clusters.size());
  const double correction = num_clusters > 1.0 ? num_clusters / (num_clusters - 1.0) : 1.0;
  task.num_items = static_cast<int64_t>(items.size());
  task.score = 100.0 * mean;
  task.standard_error = 100.0 * std::sqrt(correction * squares) / count;
}

std::vector<SuiteResult> score_suites(const std::vector<TaskResult>& tasks) {
  std::vector<SuiteResult> suites;
  const auto suite_of = [&suites](const TaskResult& task) -> SuiteResult& {
    for (SuiteResult& suite : suites) {
      if (suite.suite == task.suite && suite.prompting == task.prompting) return suite;
    }
    suites.push_back({task.suite, task.prompting});
    return suites.back();
  };
  for (const TaskResult& task : tasks) {
    SuiteResult& suite = suite_of(task);
    ++suite.num_tasks;
    suite.num_items += task.num_items;
    suite.score += task.score;
    suite.normalised += task.normalised();
    suite.standard_error += task.standard_error * task.standard_error;
  }
  for (SuiteResult& suite : suites) {
    const auto count = static_cast<double>(suite.num_tasks);
    suite.score /= count;
    suite.normalised /= count;
    suite.standard_error = std::sqrt(suite.standard_error) / count;
  }
  return suites;
}

double normalised_average(const std::vector<SuiteResult>& suites) {
  double sum = 0.0;
  for (const SuiteResult& suite : suites) sum += suite.normalised;
  return suites.empty() ? 0.0 : sum / static_cast<double>(suites.size());
}

}  // namespace flanmoe
