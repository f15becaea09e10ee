#include "model/relative_position.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace flanmoe {

int64_t relative_bucket(int64_t relative, bool bidirectional, int64_t num_buckets, int64_t max_distance) {
  // Distances such as 16, 32 and 64 hit bucket bounds exactly; the slack keeps rounding from moving them.
  constexpr double kSlack = 1e-9;
  const int64_t buckets = bidirectional ? num_buckets / 2 : num_buckets;
  const int64_t base = bidirectional && relative > 0 ? buckets : 0;
  const int64_t distance = bidirectional ? std::abs(relative) : std::max<int64_t>(-relative, 0);
  const int64_t exact = buckets / 2;
  if (distance < exact) return base + distance;
  const double position = std::log(static_cast<double>(distance) / static_cast<double>(exact)) /
                          std::log(static_cast<double>(max_distance) / static_cast<double>(exact)) *
                          static_cast<double>(buckets - exact);
  return base + std::min(buckets - 1, exact + static_cast<int64_t>(std::floor(position + kSlack)));
}

at::Tensor bias_by_distance(const at::Tensor& table, int64_t length, bool bidirectional, int64_t max_distance) {
  // Found on the host, so that no device rounds a bound otherwise.
  std::vector<int64_t> buckets;
  for (int64_t distance = 1 - length; distance < length; ++distance)
    buckets.push_back(relative_bucket(distance, bidirectional, table.size(0), max_distance));
  return table.index_select(0, at::tensor(buckets, at::kLong).to(table.device())).t().contiguous();
}

at::Tensor relative_position_bias(const at::Tensor& table, const at::Tensor& query_positions,
                                  const at::Tensor& key_positions, bool bidirectional, int64_t max_distance) {
  const int64_t num_rows = query_positions.size(0), num_queries = query_positions.size(1),
                num_keys = key_positions.size(1);
  const int64_t reach = 1 + std::max(query_positions.max().item<int64_t>(), key_positions.max().item<int64_t>());
  const at::Tensor by_distance = bias_by_distance(table, reach, bidirectional, max_distance);
  const at::Tensor distances = key_positions.unsqueeze(1) - query_positions.unsqueeze(2);  // [B, Lq, Lk]
  const at::Tensor bias = by_distance.index_select(1, distances.reshape({-1}) + (reach - 1));
  return bias.view({table.size(1), num_rows, num_queries, num_keys}).transpose(0, 1);
}

}  // namespace flanmoe
