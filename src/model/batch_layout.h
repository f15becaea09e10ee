// From a batch of token ids to what the stacks need: decoder inputs, runs of keys, positions, groups. Legend: B rows, L
// length, Ls source, Lt target, T real tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "model/forward.h"
#include "model/options.h"
#include "moe/groups.h"

namespace flanmoe {

// [B, L] int64 segments of a batch: as given, else 1 up to a row's last id other than 0. A 0 before that, which a text
// that names the padding holds, is a token as any other, as it is for transformers' tokenizers.
at::Tensor segments_of(const at::Tensor& ids, const at::Tensor& segments);

// ids shifted right by one inside each segment, 0 first: what the decoder reads. The first padding gets the last id.
at::Tensor shift_right(const at::Tensor& ids, const at::Tensor& segments);

// Which keys each position attends to: runs [B, Lq, 2] (kernels/bias_attention.h). In packed rows those of its own
// segment, else all real ones; of a causal stack those up to itself. Padding stands behind all real tokens of a row,
// segments in rising order.
at::Tensor segment_runs(const at::Tensor& query_segments, const at::Tensor& key_segments, bool packed);
at::Tensor causal_runs(const at::Tensor& segments, bool packed);

// Additive mask [B, 1, 1, L]: 0 at real tokens, kMasked at padding.
at::Tensor padding_mask(const at::Tensor& segments);

// Positions of real tokens (segments > 0) and their groups: training cuts to group_size, evaluation takes one segment
// each (or the batch). Under Hugging Face's rule: every position, a row each.
MoeTokenPlaces token_places(const at::Tensor& segments, const ModelOptions& options, const ForwardOptions& call);

// A decoder-only row: source ++ target per segment (docs/routing.md 14, prefix LM).
struct PrefixRows {
  at::Tensor ids;            // [B, L] input ids, shifted right inside each segment
  at::Tensor segments;       // [B, L]
  at::Tensor prefix;         // [B, L] bool: the source and the position that predicts the first target
  at::Tensor target_places;  // [B * Lt] int64: flat position whose logits predict target_ids[b, t]; 0 at padding
};
PrefixRows prefix_rows(const TokenBatch& batch);
// Runs [B, L, 2]: causal, and both ways inside the prefix.
at::Tensor prefix_runs(const PrefixRows& rows);

}  // namespace flanmoe
