// One batch of token ids, as data makes it and models take it. Legend: B rows, Ls source length, Lt target length.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace flanmoe {

struct TokenBatch {
  at::Tensor source_ids;       // [B, Ls] int64, 0 = padding; each sequence ends with eos (1)
  at::Tensor target_ids;       // [B, Lt] int64, 0 = padding, no loss there; each sequence ends with eos
  at::Tensor source_segments;  // [B, Ls] int64: 1, 2, ... per packed example, 0 = padding; undefined = one per row
  at::Tensor target_segments;  // [B, Lt] likewise; segment s of the target answers segment s of the source
  int64_t num_examples = 0;
  int64_t num_source_tokens = 0;  // real ones
  int64_t num_target_tokens = 0;

  TokenBatch to(at::Device device) const;
};

// [B, longest] int64, 0 = padding; at least one column.
at::Tensor pad_ids(const std::vector<std::vector<int32_t>>& sequences);

// Padded batches without counts get them: rows as examples, ids other than 0 as real tokens.
TokenBatch counted(TokenBatch batch);

// Indices of sequences of these lengths, the shortest first, equal ones in order: those of like length share a batch.
std::vector<size_t> order_by_length(const std::vector<size_t>& lengths);

}  // namespace flanmoe
