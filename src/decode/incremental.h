// Decoding one token at a time with a KV cache. Legend: B rows, V vocabulary, H heads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "model/block.h"
#include "model/t5.h"

namespace flanmoe {

// Everything the next token needs; a value.
struct DecodeState {
  std::vector<BlockCache> layers;
  at::Tensor key_mask;       // [B, 1, 1, Lk] additive, over the cached positions
  at::Tensor key_positions;  // [B, Lk] int64
  at::Tensor next_position;  // [B] int64
  at::Tensor cross_mask;     // [B, 1, 1, Ls], undefined in a decoder-only model
  at::Tensor logits;         // [B, V] of the next token
};

// Reads the sources (each ending with eos) and computes the first token's logits. No expert is ever full while
// decoding.
DecodeState start_decoding(const T5Model& model, const std::vector<std::vector<int32_t>>& sources);

// Appends `ids` [B] int64 and computes the logits after them.
DecodeState advance(const T5Model& model, DecodeState state, const at::Tensor& ids);

// The rows of `state` in `index` [B'] int64, in that order.
DecodeState select_rows(const DecodeState& state, const at::Tensor& index);

}  // namespace flanmoe
