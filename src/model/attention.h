// Attention without 1/sqrt(d_kv), as T5 has it. Legend: B rows, L length, D model, H heads, K d_kv.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "kernels/bias_attention.h"
#include "model/weights.h"

namespace flanmoe {

inline constexpr double kMasked = -1e9;  // added to the score of a pair that may not attend

// Keys and values of one attention, kept between steps of decoding.
struct AttentionCache {
  at::Tensor keys, values;  // [B, H, Lk, K]
};

// Of whole rows, or of one position of each row beside what is cached, whose keys are no runs: prompts of several
// lengths have padding between them and the answer.
struct AttentionCall {
  AttentionPairs pairs;
  at::Tensor step_bias;  // of a position, instead of pairs: bias and mask, added to scores [B, H or 1, 1, Lk]
  double dropout = 0.0;  // on the probabilities
  uint64_t noise_key = 0;
  AttentionCache* cache = nullptr;  // self-attention: new keys are appended; cross: read when given
};

// Keys and values of the encoder's output, for a cross-attention that keeps them.
AttentionCache project_memory(const at::Tensor& memory, const AttentionWeights& weights, int64_t num_heads);

// queries [B, Lq, D] and memory [B, Lk, D], both normalised where T5 normalises them -> [B, Lq, D].
at::Tensor self_attention(const at::Tensor& x, const AttentionWeights& weights, int64_t num_heads,
                          const AttentionCall& call);
at::Tensor cross_attention(const at::Tensor& x, const at::Tensor& memory, const AttentionWeights& weights,
                           int64_t num_heads, const AttentionCall& call);

}  // namespace flanmoe
