// Attention with T5's position bias, without 1/sqrt(d_kv) (docs/routing.md 12): of each query and head
//   softmax over the keys that it sees of (q . k + bias by distance), with dropout, times their values.
// Legend: B rows, H heads, K d_kv, Lq queries, Lk keys. Everything float32 where the loops run, on the CPU; tensor
// expressions, which are the oracle, for other dtypes and devices. The loops hold the scores of a few queries of one
// head at a time: memory is linear in the length, but for dropout's mask. Numbers of a row are the same bits alone and
// in any batch, in any place of a packed row, and under any instruction set. Gradients: q, k, v, bias.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flanmoe {

// Which keys a query sees, one run of them, and what is added to the scores.
struct AttentionPairs {
  at::Tensor runs;  // [B, Lq, 2] int64: the first key and the one behind the last; an empty run gives zeros
  at::Tensor bias;  // [H, Lq + Lk - 1]: entry Lq - 1 + d for a key d positions behind the query; undefined = none
};

// q [B, Lq, H K], k and v [B, Lk, H K] -> [B, Lq, H K]. Dropout is that of tensor/random.h, element [b, h, i, j].
at::Tensor bias_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t num_heads,
                          const AttentionPairs& pairs, double dropout_rate = 0.0, uint64_t noise_key = 0);

// The plain twin, by torch's own operations: the oracle. Holds the scores of all pairs.
at::Tensor bias_attention_reference(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, int64_t num_heads,
                                    const AttentionPairs& pairs, double dropout_rate = 0.0, uint64_t noise_key = 0);

namespace kernels {
// Contiguous, in the shapes above; bias empty where there is none. Of gradients: the same shapes.
struct AttentionInputs {
  at::Tensor q, k, v, bias;
};
struct AttentionArguments : AttentionInputs {
  at::Tensor runs;
  at::Tensor dropout;  // [B, H, Lq, Lk] factors of the probabilities, empty where there are none
  int64_t num_heads;
};
struct AttentionResult {
  at::Tensor out;
  at::Tensor softmax;  // [B, H, Lq, 2], for the gradients
};
AttentionResult bias_attention_cpu(const AttentionArguments& all);
AttentionInputs bias_attention_cpu_gradients(const at::Tensor& gradient, const AttentionArguments& all,
                                             const at::Tensor& softmax);
}  // namespace kernels

}  // namespace flanmoe
