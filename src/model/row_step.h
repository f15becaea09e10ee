// One step of the decoder for one row, the fast twin of run_stack (model/block.h), which is its oracle: the same
// numbers but for rounding, without autograd, dropout and reports. What it saves are small operations and weights that
// cannot matter. Float32, on the CPU.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "model/decoding_weights.h"
#include "model/row_cache.h"
#include "model/t5.h"

namespace flanmoe {

struct RowState {
  RowCache cache;
  std::vector<RowMemory> memory;  // of each layer; empty in a decoder-only model
};

// The state of a stack of one row whose every key may be seen: its self-attentions' keys and values [1, H, L, K],
// undefined at the beginning, and its memory's, undefined in a decoder-only model.
RowState make_row_state(const T5Model& model, const std::vector<AttentionCache>& layers,
                        const std::vector<AttentionCache>& memory);

// Appends token `id` and returns its hidden state after the final norm, [1, D].
at::Tensor step_row(const DecodingWeights& weights, RowState& state, int64_t id);

}  // namespace flanmoe
