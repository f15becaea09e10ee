#include "model/attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "tensor/random.h"

namespace flanmoe {
namespace {

constexpr int64_t kScoresAtOnce = 1 << 19;  // 2 MiB

// x [B, L, D] W^T -> [B, H, L, K]
at::Tensor project(const at::Tensor& x, const Linear& projection, int64_t num_heads) {
  return linear(x, projection).view({x.size(0), x.size(1), num_heads, -1}).transpose(1, 2);
}

// Heads' mixed values [B, H, Lq, K] of queries q [B, H, Lq, K] that attend to keys and values [B, H, Lk, K]. `bias`
// [B or 1, H or 1, Lq or 1, Lk].
at::Tensor mix_values(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias,
                      double dropout_rate = 0.0, uint64_t noise_key = 0) {
  const at::Tensor scores = at::matmul(q, k.transpose(2, 3)) + bias;
  return at::matmul(dropout(at::softmax(scores, -1), dropout_rate, noise_key), v);
}

// The same without gradients, a few rows or queries at a time, so that their scores stay in the processor's cache.
at::Tensor mix_values_in_parts(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const ScoreBias& bias) {
  const int64_t num_rows = q.size(0), num_queries = q.size(2), scores_of_query = q.size(1) * k.size(2);
  const int64_t queries = std::clamp<int64_t>(kScoresAtOnce / scores_of_query, 1, num_queries);
  const int64_t rows = queries < num_queries ? 1 : std::max<int64_t>(1, kScoresAtOnce / (scores_of_query * queries));
  if (queries == num_queries && rows >= num_rows) return mix_values(q, k, v, bias.part({0, num_rows, 0, num_queries}));
  at::Tensor mixed = at::empty(q.sizes(), q.options());
  for (int64_t row = 0; row < num_rows; row += rows) {
    const int64_t rows_here = std::min(rows, num_rows - row);
    const at::Tensor k_part = k.narrow(0, row, rows_here), v_part = v.narrow(0, row, rows_here);
    for (int64_t query = 0; query < num_queries; query += queries) {
      const QueryPart here{row, rows_here, query, std::min(queries, num_queries - query)};
      const auto part = [&](const at::Tensor& x) {
        return x.narrow(0, row, rows_here).narrow(2, query, here.num_queries);
      };
      part(mixed).copy_(mix_values(part(q), k_part, v_part, bias.part(here)));
    }
  }
  return mixed;
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionWeights& weights,
                  const AttentionCall& call) {
  const bool in_parts = q.is_cpu() && !at::GradMode::is_enabled() && call.dropout == 0.0;
  const at::Tensor mixed =
      in_parts ? mix_values_in_parts(q, k, v, call.bias)
               : mix_values(q, k, v, call.bias.part({0, q.size(0), 0, q.size(2)}), call.dropout, call.noise_key);
  return linear(mixed.transpose(1, 2).reshape({q.size(0), q.size(2), -1}), weights.o);
}

}  // namespace

at::Tensor self_attention(const at::Tensor& x, const AttentionWeights& weights, int64_t num_heads,
                          const AttentionCall& call) {
  at::Tensor k = project(x, weights.k, num_heads);
  at::Tensor v = project(x, weights.v, num_heads);
  if (call.cache != nullptr) {
    if (call.cache->keys.defined()) {
      k = at::cat({call.cache->keys, k}, 2);
      v = at::cat({call.cache->values, v}, 2);
    }
    *call.cache = {k, v};
  }
  return attend(project(x, weights.q, num_heads), k, v, weights, call);
}

AttentionCache project_memory(const at::Tensor& memory, const AttentionWeights& weights, int64_t num_heads) {
  // Laid out once as every step's products take them.
  return {project(memory, weights.k, num_heads).contiguous(), project(memory, weights.v, num_heads).contiguous()};
}

at::Tensor cross_attention(const at::Tensor& x, const at::Tensor& memory, const AttentionWeights& weights,
                           int64_t num_heads, const AttentionCall& call) {
  const AttentionCache kept = call.cache != nullptr ? *call.cache : project_memory(memory, weights, num_heads);
  return attend(project(x, weights.q, num_heads), kept.keys, kept.values, weights, call);
}

}  // namespace flanmoe
