#include "eval/scoring/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/error.h"
#include "base/random.h"

namespace flanmoe {
namespace {

// Numbers of numpy's default, a line between the two nearest.
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

void check(const PairedTask& task) {
  if (task.a.empty() || task.a.size() != task.b.size() || task.a.size() != task.cluster_ids.size()) {
    fail_input("a comparison of {} scores with {} and {} passage ids; expected as many of each, at least one",
               task.a.size(), task.b.size(), task.cluster_ids.size());
  }
  for (size_t i = 0; i < task.a.size(); ++i) {
    if (!std::isfinite(task.a[i]) || !std::isfinite(task.b[i])) {
      fail_run("score {} of a comparison is {} and {}, expected finite numbers", i, task.a[i], task.b[i]);
    }
  }
}

// b - a summed over each cluster, with its number of items.
struct ClusterSum {
  double difference = 0.0, num_items = 0.0;
};
std::vector<ClusterSum> sums_of(const PairedTask& task) {
  std::vector<ClusterSum> sums;
  for (const std::vector<size_t>& items : clusters_of(task.cluster_ids)) {
    ClusterSum sum;
    for (const size_t item : items) sum.difference += task.b[item] - task.a[item];
    sum.num_items = static_cast<double>(items.size());
    sums.push_back(sum);
  }
  return sums;
}

double resampled_mean(const std::vector<ClusterSum>& clusters, RandomStream& random) {
  ClusterSum drawn;
  for (size_t i = 0; i < clusters.size(); ++i) {
    const ClusterSum& cluster = random.pick(clusters);
    drawn.difference += cluster.difference;
    drawn.num_items += cluster.num_items;
  }
  return drawn.difference / drawn.num_items;
}

PairedInterval interval_of(std::vector<double> resamples) {
  std::sort(resamples.begin(), resamples.end());
  const auto below = std::upper_bound(resamples.begin(), resamples.end(), 0.0) - resamples.begin();
  const auto above = resamples.end() - std::lower_bound(resamples.begin(), resamples.end(), 0.0);
  const auto smaller = static_cast<double>(std::min<std::ptrdiff_t>(below, above));
  const double p = 2.0 * (smaller + 1.0) / (static_cast<double>(resamples.size()) + 1.0);
  return {quantile(resamples, 0.025), quantile(resamples, 0.975), std::min(p, 1.0)};
}

}  // namespace

Clusters clusters_of(const std::vector<std::string>& cluster_ids) {
  Clusters clusters;
  std::unordered_map<std::string, size_t> places;
  for (size_t item = 0; item < cluster_ids.size(); ++item) {
    const auto place = places.find(cluster_ids[item]);
    if (!cluster_ids[item].empty() && place != places.end()) {
      clusters[place->second].push_back(item);
      continue;
    }
    if (!cluster_ids[item].empty()) places[cluster_ids[item]] = clusters.size();
    clusters.push_back({item});
  }
  return clusters;
}

std::optional<double> bootstrap_error(const Clusters& clusters, const Statistic& statistic, uint64_t seed,
                                      int64_t num_resamples) {
  if (clusters.size() < 2) return std::nullopt;
  RandomStream random(seed, "bootstrap error");
  std::vector<double> values;
  std::vector<size_t> items;
  for (int64_t resample = 0; resample < num_resamples; ++resample) {
    items.clear();
    for (size_t i = 0; i < clusters.size(); ++i) {
      const std::vector<size_t>& cluster = random.pick(clusters);
      items.insert(items.end(), cluster.begin(), cluster.end());
    }
    if (const auto value = statistic(items)) values.push_back(*value);
  }
  if (values.size() < 2) return std::nullopt;
  const auto count = static_cast<double>(values.size());
  double mean = 0.0, squares = 0.0;
  for (const double value : values) mean += value / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / (count - 1.0));
}

PairedDifference paired_bootstrap(const std::vector<PairedTask>& tasks, uint64_t seed, int64_t num_resamples) {
  PairedDifference result;
  std::vector<double> resamples(static_cast<size_t>(num_resamples), 0.0);
  bool has_spread = false;
  for (size_t task = 0; task < tasks.size(); ++task) {
    check(tasks[task]);
    const std::vector<ClusterSum> clusters = sums_of(tasks[task]);
    const auto num_items = static_cast<double>(tasks[task].a.size());
    double sum = 0.0;
    for (const ClusterSum& cluster : clusters) sum += cluster.difference;
    result.difference += tasks[task].weight * sum / num_items;
    result.num_items += static_cast<int64_t>(tasks[task].a.size());
    result.num_clusters += static_cast<int64_t>(clusters.size());
    has_spread = has_spread || clusters.size() > 1;
    RandomStream random(seed, "paired bootstrap", task);
    for (double& resample : resamples) resample += tasks[task].weight * resampled_mean(clusters, random);
  }
  if (has_spread) result.interval = interval_of(std::move(resamples));
  return result;
}

}  // namespace flanmoe
