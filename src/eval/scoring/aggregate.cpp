#include "eval/scoring/aggregate.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "eval/metrics/corpus_metrics.h"
#include "eval/scoring/clustered_mean.h"
#include "eval/scoring/interval.h"

namespace flanmoe {
namespace {

constexpr uint64_t kCorpusSeed = 0;  // of the resamples behind a standard error

void count_items(TaskResult& task, const std::vector<ItemResult>& items) {
  task.num_items = static_cast<int64_t>(items.size());
  for (const ItemResult& item : items) {
    task.num_truncated += item.truncated ? 1 : 0;
    task.num_refused += item.refused ? 1 : 0;
    task.num_unanswered += !item.refused && item.prediction.empty() ? 1 : 0;
    task.num_unended += item.ended ? 0 : 1;
    task.num_contexts_cut += item.context_cut ? 1 : 0;
    task.num_exemplars_dropped += item.num_exemplars_dropped;
    task.num_unknown_prompts += item.unknown.prompt > 0 ? 1 : 0;
    task.num_unknown_options += item.unknown.options > 0 ? 1 : 0;
    task.num_unknown_answers += item.unknown.answers > 0 ? 1 : 0;
    for (const std::string& stop : item.lost_stops) {
      if (std::find(task.lost_stops.begin(), task.lost_stops.end(), stop) == task.lost_stops.end())
        task.lost_stops.push_back(stop);
    }
    if (item.tied.empty()) continue;
    if (++task.num_tied == 1)
      task.first_tie = fmt::format("item '{}': '{}' and '{}'", item.id, item.prediction, item.tied.front());
  }
}

// A ranked task's score by each variant, in their order.
std::vector<FurtherValue> values_by_ranking(const std::vector<ItemResult>& items) {
  std::vector<FurtherValue> values;
  for (const Named<RankingScore>& variant : names_of(RankingScore{})) {
    const ClusteredMean mean = clustered_mean(items, [&variant](const ItemResult& item) {
      const auto found = std::find_if(item.ranked.begin(), item.ranked.end(),
                                      [&variant](const RankedScore& one) { return one.ranking == variant.name; });
      return found == item.ranked.end() ? 0.0 : found->score;
    });
    values.push_back({std::string(variant.name), 100.0 * mean.mean, 100.0 * mean.standard_error, ""});
  }
  return values;
}

// Squares of the distances from the task's score to the ends of its interval.
void add_distances(SuiteResult& suite, const TaskResult& task) {
  const std::optional<ScoreInterval> interval = interval_of(task);
  if (!interval) return;
  const double below = task.score - interval->low, above = interval->high - task.score;
  const double scale = 100.0 / (100.0 - task.chance);
  suite.below += below * below;
  suite.above += above * above;
  suite.normalised_below += scale * scale * below * below;
  suite.normalised_above += scale * scale * above * above;
}

using TaskKey = std::function<std::string(const TaskResult&)>;

// Tasks of equal (suite, prompting, key) together, in order of first appearance.
std::vector<SuiteResult> means_over_tasks(const std::vector<TaskResult>& tasks, const TaskKey& key) {
  std::vector<SuiteResult> suites;
  const auto suite_of = [&](const TaskResult& task) -> SuiteResult& {
    for (SuiteResult& suite : suites) {
      if (suite.suite == task.suite && suite.prompting == task.prompting && suite.category == key(task)) return suite;
    }
    suites.push_back({task.suite, task.prompting});
    suites.back().category = key(task);
    return suites.back();
  };
  for (const TaskResult& task : tasks) {
    SuiteResult& suite = suite_of(task);
    ++suite.num_tasks;
    suite.num_items += task.num_items;
    suite.num_scored += task.num_items - task.num_refused;
    suite.score += task.score;
    suite.normalised += task.normalised();
    suite.standard_error += task.standard_error * task.standard_error;
    suite.normalised_error += task.normalised_error() * task.normalised_error();
    suite.pooled += task.score * static_cast<double>(task.num_items - task.num_refused);
    add_distances(suite, task);
    suite.tasks.push_back(task.name());
  }
  for (SuiteResult& suite : suites) {
    const auto count = static_cast<double>(suite.num_tasks);
    suite.score /= count;
    suite.normalised /= count;
    suite.standard_error = std::sqrt(suite.standard_error) / count;
    suite.normalised_error = std::sqrt(suite.normalised_error) / count;
    for (double* distance : {&suite.below, &suite.above, &suite.normalised_below, &suite.normalised_above})
      *distance = std::sqrt(*distance) / count;
    suite.pooled /= static_cast<double>(std::max<int64_t>(suite.num_scored, 1));
  }
  return suites;
}

// A metric with one value for the whole task.
FurtherValue value_of_task(const std::string& metric, const std::vector<ItemResult>& items) {
  std::vector<CorpusItem> scored;
  for (const ItemResult& item : items) {
    if (item.refused) continue;
    scored.push_back(
        {item.prediction, item.answers, item.score, item.options, item.group, item.member, item.cluster_id});
  }
  const CorpusValue value = corpus_metric_named(metric)(scored, kCorpusSeed);
  return {metric, 100.0 * value.value.value_or(0.0), 100.0 * value.standard_error.value_or(0.0), value.undefined};
}

}  // namespace

void average_items(TaskResult& task, const std::vector<ItemResult>& items) {
  count_items(task, items);
  const ClusteredMean mean = clustered_mean(items, [](const ItemResult& item) { return item.score; });
  task.score = 100.0 * mean.mean;
  task.standard_error = 100.0 * mean.standard_error;
  task.num_clusters = mean.num_clusters;
}

TaskResult scored_task(const AskedTask& asked, const std::vector<ItemResult>& items) {
  TaskResult task = unscored(asked);
  average_items(task, items);
  if (task.num_refused == task.num_items) {
    task.undefined = fmt::format("not one of its {} prompts fits into source_length={}", task.num_items,
                                 asked.run.options.source_length);
    return task;
  }
  if (is_corpus_metric(task.metric)) {  // in the place of the mean over items
    const FurtherValue value = value_of_task(task.metric, items);
    task.score = value.score;
    task.standard_error = value.standard_error;
    task.undefined = value.undefined;
  }
  const bool ranked =
      std::any_of(items.begin(), items.end(), [](const ItemResult& item) { return !item.ranking.empty(); });
  if (ranked) task.ranking = name_of(asked.run.options.ranking);
  if (ranked && !is_corpus_metric(task.metric)) task.by_ranking = values_by_ranking(items);
  for (const std::string& metric : asked.run.task.further_metrics) task.further.push_back(value_of_task(metric, items));
  return task;
}

std::vector<SuiteResult> score_suites(const std::vector<TaskResult>& tasks) {
  return means_over_tasks(tasks, [](const TaskResult&) { return ""; });
}

std::vector<SuiteResult> score_categories(const std::vector<TaskResult>& tasks) {
  const std::vector<SuiteResult> all = means_over_tasks(tasks, [](const TaskResult& task) { return task.cluster; });
  const std::vector<SuiteResult> suites = score_suites(tasks);
  std::vector<SuiteResult> categories;
  for (const SuiteResult& suite : suites) {
    std::vector<SuiteResult> parts;
    for (const SuiteResult& part : all) {
      if (part.suite == suite.suite && part.prompting == suite.prompting) parts.push_back(part);
    }
    const auto num_parts = static_cast<int64_t>(parts.size());
    if (num_parts > 1 && num_parts < suite.num_tasks) categories.insert(categories.end(), parts.begin(), parts.end());
  }
  return categories;
}

std::vector<SuiteResult> suites_asked(const std::vector<SuiteResult>& suites, Prompting prompting) {
  std::vector<SuiteResult> asked;
  for (const SuiteResult& suite : suites) {
    if (suite.prompting == prompting) asked.push_back(suite);
  }
  return asked;
}

double normalised_average(const std::vector<SuiteResult>& suites) {
  double sum = 0.0;
  for (const SuiteResult& suite : suites) sum += suite.normalised;
  return suites.empty() ? 0.0 : sum / static_cast<double>(suites.size());
}

double normalised_average_error(const std::vector<SuiteResult>& suites) {
  double squares = 0.0;
  for (const SuiteResult& suite : suites) squares += suite.normalised_error * suite.normalised_error;
  return suites.empty() ? 0.0 : std::sqrt(squares) / static_cast<double>(suites.size());
}

}  // namespace flanmoe
