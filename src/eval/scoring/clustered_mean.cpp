#include "eval/scoring/clustered_mean.h"

#include <cmath>
#include <map>
#include <string>

namespace flanmoe {

ClusteredMean clustered_mean(const std::vector<ItemResult>& items,
                             const std::function<double(const ItemResult&)>& score) {
  ClusteredMean result;
  double sum = 0.0, count = 0.0;
  for (const ItemResult& item : items) {
    if (item.refused) continue;
    sum += score(item);
    ++count;
  }
  if (count == 0.0) return result;
  result.mean = sum / count;
  std::map<std::string, double> clusters;  // deviations summed inside a cluster
  for (const ItemResult& item : items) {
    if (item.refused) continue;
    clusters[item.cluster_id.empty() ? "item " + item.id : item.cluster_id] += score(item) - result.mean;
  }
  double squares = 0.0;
  for (const auto& [name, deviation] : clusters) squares += deviation * deviation;
  result.num_clusters = static_cast<int64_t>(clusters.size());
  const auto num_clusters = static_cast<double>(clusters.size());
  const double correction = num_clusters > 1.0 ? num_clusters / (num_clusters - 1.0) : 1.0;
  result.standard_error = std::sqrt(correction * squares) / count;
  return result;
}

}  // namespace flanmoe
