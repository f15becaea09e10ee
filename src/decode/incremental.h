// Decoding one token at a time with a KV cache. Legend: B rows, V vocabulary, H heads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <variant>
#include <vector>

#include "model/attention.h"
#include "model/decoding_weights.h"
#include "model/row_step.h"

namespace flanmoe {

// Keys and values of any number of rows, which run_stack reads.
struct BatchKeys {
  std::vector<AttentionCache> layers;  // self-attention of each decoder layer, [B, H, Lk, K]
  at::Tensor mask;                     // [B, 1, 1, Lk] additive, over the cached positions
  at::Tensor positions;                // [B, Lk] int64
  at::Tensor next_position;            // [B] int64
};

// Everything the next token needs; a value. Its keys are in one of two forms: those of a batch, or of a single row that
// steps alone (model/row_step.h), which is one of all its keys at positions 0, 1, ...
struct DecodeState {
  std::variant<BatchKeys, RowState> keys;
  std::vector<AttentionCache> memory;  // the encoder's output at each decoder layer, [B, H, Ls, K]; undefined without
  at::Tensor memory_mask;              // [B, 1, 1, Ls] additive, undefined in a decoder-only model
  at::Tensor hidden;                   // [B, D] of the last position, from which the next token's logits come

  int64_t num_rows() const { return hidden.size(0); }
};

// Reads the sources (each ending with eos) and the start token. The encoder's experts have their room; those of the
// decoder are never full while decoding.
DecodeState start_decoding(const DecodingWeights& weights, const std::vector<std::vector<int32_t>>& sources);

// Appends `ids` [B] int64, of any device.
DecodeState advance(const DecodingWeights& weights, DecodeState state, const at::Tensor& ids);

// Logits [B, V] of the next token.
at::Tensor next_logits(const DecodingWeights& weights, const DecodeState& state);

// The rows of `state` in `index` [B'] int64, of any device, in that order: rows leave, or multiply.
DecodeState select_rows(const DecodeState& state, const at::Tensor& index);

// The rows of `first`, then those of `second`, which may have come later: shorter keys and memories are filled up with
// masked ones. Each row goes on as it would have alone, but for rounding.
DecodeState join_rows(const DecodeState& first, const DecodeState& second);

}  // namespace flanmoe
