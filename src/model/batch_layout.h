// From a batch of token ids to what the stacks need: decoder inputs, masks, positions, groups. Legend: B rows, L
// length, Ls source, Lt target, T real tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "model/forward.h"
#include "model/options.h"
#include "model/score_bias.h"
#include "moe/groups.h"

namespace flanmoe {

// [B, L] int64 segments of a batch: as given, else 1 where ids != 0.
at::Tensor segments_of(const at::Tensor& ids, const at::Tensor& segments);

// ids shifted right by one inside each segment, 0 first: what the decoder reads. The first padding gets the last id.
at::Tensor shift_right(const at::Tensor& ids, const at::Tensor& segments);

// Additive masks [B, 1, Lq, Lk] (or [B, 1, 1, Lk] where rows are not packed).
at::Tensor segment_mask(const at::Tensor& query_segments, const at::Tensor& key_segments, bool packed);
// Of `num_queries` positions from `query` on, [B or 1, 1, num_queries, L].
at::Tensor causal_mask(const at::Tensor& segments, bool packed, int64_t query, int64_t num_queries);

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
// Additive mask [num_rows, 1, num_queries, L]: causal, and both ways inside the prefix.
at::Tensor prefix_mask(const PrefixRows& rows, const QueryPart& part);

}  // namespace flanmoe
