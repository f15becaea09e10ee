#include "model/score_bias.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "model/relative_position.h"

namespace flanmoe {
namespace {

constexpr int64_t kNumbersOfWhole = 1 << 23;  // 32 MiB, at most

// All of it is x itself: the gradient of a slice is a copy.
at::Tensor narrowed(const at::Tensor& x, int64_t dim, int64_t begin, int64_t size) {
  return x.size(dim) == 1 || x.size(dim) == size ? x : x.narrow(dim, begin, size);
}

// The bias by distance alone, [H, 2 length - 1]: entry length - 1 + d is that of a key d positions behind the query.
at::Tensor bias_by_distance(const at::Tensor& table, int64_t length, bool bidirectional, int64_t max_distance) {
  std::vector<int64_t> buckets;
  for (int64_t distance = 1 - length; distance < length; ++distance)
    buckets.push_back(relative_bucket(distance, bidirectional, table.size(0), max_distance));
  return table.index_select(0, at::tensor(buckets, at::kLong)).t().contiguous();
}

// Row q of a query's biases is the window of `length` distances that begins at length - 1 - q.
at::Tensor position_part(const at::Tensor& by_distance, int64_t length, int64_t query, int64_t num_queries) {
  const at::Tensor windows = by_distance.unfold(1, length, 1);  // [H, length, length], a view
  return windows.slice(1, length - query - num_queries, length - query).flip(1).unsqueeze(0);
}

}  // namespace

at::Tensor ScoreBias::part(const QueryPart& part) const {
  if (!whole_.defined()) return make_part_(part);
  return narrowed(narrowed(whole_, 0, part.row, part.num_rows), 2, part.query, part.num_queries);
}

ScoreBias self_bias(const at::Tensor& table, int64_t num_rows, int64_t length, bool bidirectional, int64_t max_distance,
                    const ScoreBias::MakePart& mask) {
  const bool needs_whole = at::GradMode::is_enabled() || !table.is_cpu();
  if (needs_whole || num_rows * table.size(1) * length * length <= kNumbersOfWhole) {
    const at::Tensor positions = at::arange(length, table.options().dtype(at::kLong)).unsqueeze(0);
    return relative_position_bias(table, positions, positions, bidirectional, max_distance) +
           mask({0, num_rows, 0, length});
  }
  const at::Tensor by_distance = bias_by_distance(table, length, bidirectional, max_distance);
  return ScoreBias([=](const QueryPart& part) {
    return position_part(by_distance, length, part.query, part.num_queries) + mask(part);
  });
}

}  // namespace flanmoe
