// What the decoder of one row keeps between its steps. Legend: N layers, L positions, I = H * K, D model, H heads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/attention.h"

namespace flanmoe {

// Keys and values of the self-attentions. A value: copies share the positions that they have in common, and a position
// never changes.
class RowCache {
 public:
  // Of what a stack of one row has kept: keys and values [1, H, L, K] of each layer, undefined at the beginning.
  RowCache(const std::vector<AttentionCache>& layers, int64_t num_heads, int64_t width);

  int64_t length() const { return length_; }
  void append();  // a position, to be filled in every layer
  std::span<float> last_key(size_t layer) { return numbers(layer, 0, length_ - 1, length_); }    // [I]
  std::span<float> last_value(size_t layer) { return numbers(layer, 1, length_ - 1, length_); }  // [I]
  std::span<const float> keys(size_t layer) const { return numbers(layer, 0, 0, length_); }      // [L, I]
  std::span<const float> values(size_t layer) const { return numbers(layer, 1, 0, length_); }    // [L, I]
  AttentionCache as_batch(size_t layer) const;                                                   // [1, H, L, K]

 private:
  struct Store {
    at::Tensor numbers;  // [N, 2, room, I] keys and values
    int64_t used = 0;    // positions that a copy has taken
  };
  static std::shared_ptr<Store> make_store(int64_t num_layers, int64_t room, int64_t width);
  std::span<float> numbers(size_t layer, int64_t which, int64_t begin, int64_t end) const;
  std::shared_ptr<Store> store_;
  int64_t num_heads_, length_ = 0;
};

// The encoder's output as one layer's cross-attention meets it.
struct RowMemory {
  at::Tensor keys, values;  // [Ls, I]
  // Of a short memory, else undefined: keys W_q and values W_o^T by head, [H * Ls, D], instead of which W_q and W_o
  // need not be read at every step.
  at::Tensor folded_keys, folded_values;
};
// cache: the layer's keys and values, [1, H, Ls, K].
RowMemory row_memory(const AttentionCache& cache, const AttentionWeights& weights);

}  // namespace flanmoe
