// Resampling whole passages: the error of a value of many items, and the difference of two models.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace flanmoe {

// Items of one passage, in order of first appearance; an item whose id is "" stands alone.
using Clusters = std::vector<std::vector<size_t>>;
Clusters clusters_of(const std::vector<std::string>& cluster_ids);

// Standard deviation of `statistic` over resamples, each as many clusters as there are, drawn with replacement.
// Resamples where it is undefined are left out; nothing when fewer than two clusters or defined resamples remain.
using Statistic = std::function<std::optional<double>(const std::vector<size_t>& items)>;
std::optional<double> bootstrap_error(const Clusters& clusters, const Statistic& statistic, uint64_t seed,
                                      int64_t num_resamples = 1000);

// Two models' scores of the same items.
struct PairedTask {
  std::vector<double> a, b;
  std::vector<std::string> cluster_ids;  // as long as a and b
  double weight = 1.0;                   // of this task's mean in the sum over tasks
};

struct PairedInterval {
  double low, high;  // of 95%: percentiles of the resampled differences
  double p_value;    // two-sided: twice the smaller share of resamples on one side of zero (zero itself is on both)
};
struct PairedDifference {
  double difference = 0.0;  // sum over tasks of weight * mean(b - a)
  int64_t num_items = 0, num_clusters = 0;
  std::optional<PairedInterval> interval;  // nothing when no task has two clusters: the spread is not known
};

// Clusters are drawn with replacement inside each task; the share of p counts the observed difference as one resample
// (p is never 0). One task for a task's difference; weights 1 / tasks for a suite's. UserError for scores of unequal
// number, RunError for one that is not finite.
PairedDifference paired_bootstrap(const std::vector<PairedTask>& tasks, uint64_t seed, int64_t num_resamples = 10000);

}  // namespace flanmoe
