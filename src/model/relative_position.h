// T5's relative position bias (docs/routing.md 12). Legend: B rows (1 when all rows share positions), Lq queries, Lk
// keys, H heads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flanmoe {

// Bucket of rel = key position - query position.
int64_t relative_bucket(int64_t relative, bool bidirectional, int64_t num_buckets, int64_t max_distance);

// table [buckets, H], positions [B, Lq] and [B, Lk] int64 -> [B, H, Lq, Lk]. Gradient: table.
at::Tensor relative_position_bias(const at::Tensor& table, const at::Tensor& query_positions,
                                  const at::Tensor& key_positions, bool bidirectional, int64_t max_distance);

// The bias of `length` positions by distance alone, [H, 2 length - 1]: entry length - 1 + d is that of a key d
// positions behind the query (kernels/bias_attention.h). Gradient: table.
at::Tensor bias_by_distance(const at::Tensor& table, int64_t length, bool bidirectional, int64_t max_distance);

}  // namespace flanmoe
