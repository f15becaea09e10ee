#include "model/attention.h"

#include <ATen/ATen.h>

#include "kernels/linear.h"

namespace flanmoe {
namespace {

// x [B, L, H K] -> [B, H, L, K]
at::Tensor heads_of(const at::Tensor& x, int64_t num_heads) {
  return x.view({x.size(0), x.size(1), num_heads, -1}).transpose(1, 2);
}

// One position of each row, q [B, 1, H K], to kept keys: -> [B, 1, H K].
at::Tensor attend_to_kept(const at::Tensor& q, const AttentionCache& kept, const at::Tensor& bias, int64_t num_heads) {
  const at::Tensor scores = at::matmul(heads_of(q, num_heads), kept.keys.transpose(2, 3)) + bias;
  return at::matmul(at::softmax(scores, -1), kept.values).transpose(1, 2).reshape(q.sizes());
}

}  // namespace

at::Tensor self_attention(const at::Tensor& x, const AttentionWeights& weights, int64_t num_heads,
                          const AttentionCall& call) {
  const at::Tensor q = linear(x, weights.q), k = linear(x, weights.k), v = linear(x, weights.v);
  if (call.cache != nullptr) {
    const AttentionCache fresh{heads_of(k, num_heads), heads_of(v, num_heads)};
    AttentionCache& kept = *call.cache;
    kept = kept.keys.defined()
               ? AttentionCache{at::cat({kept.keys, fresh.keys}, 2), at::cat({kept.values, fresh.values}, 2)}
               : fresh;
  }
  const at::Tensor mixed = call.step_bias.defined()
                               ? attend_to_kept(q, *call.cache, call.step_bias, num_heads)
                               : bias_attention(q, k, v, num_heads, call.pairs, call.dropout, call.noise_key);
  return linear(mixed, weights.o);
}

AttentionCache project_memory(const at::Tensor& memory, const AttentionWeights& weights, int64_t num_heads) {
  // Laid out once as every step's products take them.
  return {heads_of(linear(memory, weights.k), num_heads).contiguous(),
          heads_of(linear(memory, weights.v), num_heads).contiguous()};
}

at::Tensor cross_attention(const at::Tensor& x, const at::Tensor& memory, const AttentionWeights& weights,
                           int64_t num_heads, const AttentionCall& call) {
  const at::Tensor q = linear(x, weights.q);
  const at::Tensor mixed = call.step_bias.defined()
                               ? attend_to_kept(q, *call.cache, call.step_bias, num_heads)
                               : bias_attention(q, linear(memory, weights.k), linear(memory, weights.v), num_heads,
                                                call.pairs, call.dropout, call.noise_key);
  return linear(mixed, weights.o);
}

}  // namespace flanmoe
