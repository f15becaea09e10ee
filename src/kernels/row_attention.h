// Attention of one query to the keys of one row, for decoding. For inference: no gradients.
//   out_h = sum_j softmax_j(q_h . keys_jh + bias_hj) values_jh        (no 1/sqrt(K), as T5 has it)
// Legend: H heads, K width of a head, L keys. Float32. The same bits for any number of threads.
#pragma once

#include <cstdint>
#include <span>

namespace flanmoe {

// q [H * K], keys and values [L, H * K], bias [H, L] or empty, out [H * K].
void row_attention(std::span<const float> q, std::span<const float> keys, std::span<const float> values,
                   std::span<const float> bias, int64_t num_heads, std::span<float> out);

// Softmax of numbers, at least one, in place.
void row_softmax(std::span<float> scores);

// The plain twin, in double: the oracle.
void row_attention_reference(std::span<const float> q, std::span<const float> keys, std::span<const float> values,
                             std::span<const float> bias, int64_t num_heads, std::span<float> out);

namespace kernels {
// Of sizes that fit.
void row_attention_cpu(std::span<const float> q, std::span<const float> keys, std::span<const float> values,
                       std::span<const float> bias, int64_t num_heads, std::span<float> out);
void row_softmax_cpu(std::span<float> scores);
}  // namespace kernels

}  // namespace flanmoe
