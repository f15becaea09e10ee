// Examples as batches: padded, or several in a row.
#pragma once

#include <cstdint>
#include <vector>

#include "data/tokenizer/tokenizer.h"
#include "tensor/batch.h"

namespace flanmoe {

// Source and target ids of one example, each ending with eos.
struct TokenPair {
  TokenIds source, target;
};

// Pads to the longest; no packing.
TokenBatch pad_batch(const std::vector<TokenPair>& pairs);
// First-fit in order into rows of at most (source_length, target_length); segments filled in.
TokenBatch pack_batch(const std::vector<TokenPair>& pairs, int64_t source_length, int64_t target_length);

}  // namespace flanmoe
