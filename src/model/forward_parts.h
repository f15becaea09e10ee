// The parts of a forward pass that decoding needs one by one. Legend: B rows, L length, D model, V vocabulary, H heads.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "model/block.h"
#include "model/forward.h"
#include "model/t5.h"
#include "model/weights.h"

namespace flanmoe {

at::Tensor embed(const T5Weights& weights, const at::Tensor& ids);  // [B, L] -> [B, L, D]
// What a stack's self-attention pairs: runs [B, L, 2] and its position bias.
AttentionPairs self_pairs(const StackWeights& stack, bool bidirectional, const ModelOptions& options,
                          const at::Tensor& runs);
// The head: its matrix, and what it meets.
Linear head_of(const T5Model& model);
at::Tensor head_input(const T5Model& model, const at::Tensor& hidden);
at::Tensor output_logits(const T5Model& model, const at::Tensor& hidden);  // [..., D] -> [..., V]
// Encoder output [B, Ls, D].
at::Tensor encode(const T5Model& model, const at::Tensor& source_ids, const at::Tensor& source_segments,
                  const ForwardOptions& call, RouterReports& reports);
// Hidden states of the decoder at every target position, [B, Lt, D]; memory [B, Ls, D] belongs to batch.source_ids.
at::Tensor decode_targets(const T5Model& model, const TokenBatch& batch, const at::Tensor& memory,
                          const ForwardOptions& call, RouterReports& reports);

}  // namespace flanmoe
