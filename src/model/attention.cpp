#include "model/attention.h"

#include <ATen/ATen.h>

#include "tensor/random.h"

namespace flanmoe {
namespace {

// x [B, L, D] W^T -> [B, H, L, K]
at::Tensor project(const at::Tensor& x, const at::Tensor& weight, int64_t num_heads) {
  return at::matmul(x, weight.t()).view({x.size(0), x.size(1), num_heads, -1}).transpose(1, 2);
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionWeights& weights,
                  const AttentionCall& call) {
  const int64_t num_rows = q.size(0), num_heads = q.size(1), num_queries = q.size(2);
  const at::Tensor scores = at::matmul(q, k.transpose(2, 3)) + call.bias;
  const at::Tensor probabilities = dropout(at::softmax(scores, -1), call.dropout, call.noise_key);
  const at::Tensor mixed =
      at::matmul(probabilities, v).transpose(1, 2).reshape({num_rows, num_queries, num_heads * q.size(3)});
  return at::matmul(mixed, weights.o.t());
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
  return {project(memory, weights.k, num_heads), project(memory, weights.v, num_heads)};
}

at::Tensor cross_attention(const at::Tensor& x, const at::Tensor& memory, const AttentionWeights& weights,
                           int64_t num_heads, const AttentionCall& call) {
  const AttentionCache kept = call.cache != nullptr ? *call.cache : project_memory(memory, weights, num_heads);
  return attend(project(x, weights.q, num_heads), kept.keys, kept.values, weights, call);
}

}  // namespace flanmoe
