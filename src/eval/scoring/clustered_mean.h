// Means over items, and how sure they are.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "eval/results.h"

namespace flanmoe {

struct ClusteredMean {
  double mean = 0.0, standard_error = 0.0;
  int64_t num_clusters = 0;  // passages and single items
};

// Mean of what `score` says of each item that was not refused, and its standard error over items, those of one cluster
// (a passage) summed first; all 0 without items, an error of 0 where there is one cluster.
ClusteredMean clustered_mean(const std::vector<ItemResult>& items,
                             const std::function<double(const ItemResult&)>& score);

}  // namespace flanmoe
