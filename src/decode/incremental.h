// Decoding one token at a time with a KV cache. Legend: B rows, V vocabulary, H heads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "model/block.h"
#include "model/row_step.h"
#include "model/decoding_weights.h"

namespace flanmoe {

// Everything the next token needs; a value.
struct DecodeState {
  std::vector<BlockCache> layers;
  at::Tensor key_mask;       // [B, 1, 1, Lk] additive, over the cached positions
  at::Tensor key_positions;  // [B, Lk] int64
  at::Tensor next_position;  // [B] int64
  at::Tensor cross_mask;     // [B, 1, 1, Ls], undefined in a decoder-only model
  at::Tensor hidden;         // [B, D] of the last position, from which the next token's logits come
  // Of one row of a model prepared for decoding, after its first step alone: what all of the above but `hidden` and the
  // memory's keys and values would say by then.
  std::optional<RowState> alone;
};

// Reads the sources (each ending with eos) and the start token. No expert is ever full while decoding.
DecodeState start_decoding(const DecodingWeights& weights, const std::vector<std::vector<int32_t>>& sources);

// Appends `ids` [B] int64.
DecodeState advance(const DecodingWeights& weights, DecodeState state, const at::Tensor& ids);

// Logits [B, V] of the next token.
at::Tensor next_logits(const DecodingWeights& weights, const DecodeState& state);

// The rows of `state` in `index` [B'] int64, in that order.
DecodeState select_rows(const DecodeState& state, const at::Tensor& index);

}  // namespace flanmoe
