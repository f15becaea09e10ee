// How the loops of bias_attention.h cut their work: blocks of queries, room for one, and where a head's numbers lie.
#pragma once

#include <cstdint>

#include "kernels/bias_attention_arrays.h"
#include "kernels/matrix_tile.h"

namespace flanmoe::kernels {
namespace {

constexpr int64_t kQueriesAtOnce = 84;       // whole tiles of 6 and of 14 rows
constexpr int64_t kNumbersAtOnce = 1 << 15;  // of scores, so that they stay in the cache

// Some queries of one row whose runs begin at the same key, as those of a packed example do, and all keys they see.
struct QueryBlock {
  int64_t query, num_queries, key, num_keys;
  const int64_t* runs;  // of these queries

  int64_t keys_of(int64_t i) const { return runs[2 * i + 1] - key; }  // that query i sees
};

// The block that begins at `query`; where it ends depends on its own queries alone.
QueryBlock next_block(const int64_t* runs, int64_t query, int64_t num_queries) {
  QueryBlock block{query, 0, runs[2 * query], 0, runs + 2 * query};
  for (int64_t i = 0; query + i < num_queries && i < kQueriesAtOnce && block.runs[2 * i] == block.key; ++i) {
    const int64_t keys = block.keys_of(i) > block.num_keys ? block.keys_of(i) : block.num_keys;
    if (i >= kTileRows && (i + 1) * keys > kNumbersAtOnce) break;
    block.num_queries = i + 1;
    block.num_keys = keys;
  }
  return block;
}

// Room for one block: scores and their gradients, and two packed factors.
struct Scratch {
  float *scores, *gradients, *first, *second;
};

// Of the scores of a block at most, and of the factors packed for it.
int64_t score_numbers(int64_t num_keys) {
  const int64_t all = kQueriesAtOnce * (num_keys + 15), few = kTileRows * num_keys;
  const int64_t bounded = (few > kNumbersAtOnce ? few : kNumbersAtOnce) + kQueriesAtOnce * 15;
  return all < bounded ? all : bounded;
}
int64_t first_numbers(int64_t num_keys, int64_t head_width) {
  return score_numbers(num_keys) + 16 * num_keys + (kQueriesAtOnce + 16) * head_width + 16;
}
int64_t scratch_numbers(int64_t num_keys, int64_t head_width) {
  return 2 * score_numbers(num_keys) + first_numbers(num_keys, head_width) +
         numbers_of_panels(num_keys, head_width, kTileColumns);
}
Scratch scratch_of(const AttentionArrays& arrays, float* numbers) {
  float* gradients = numbers + score_numbers(arrays.num_keys);
  float* first = gradients + score_numbers(arrays.num_keys);
  return {numbers, gradients, first, first + first_numbers(arrays.num_keys, arrays.head_width)};
}

// One head of one row.
struct Head {
  const AttentionArrays& arrays;
  int64_t row, head;

  int64_t width() const { return arrays.head_width; }
  int64_t stride() const { return arrays.num_heads * arrays.head_width; }
  int64_t place(int64_t length, int64_t position) const {
    return (row * length + position) * stride() + head * width();
  }
  int64_t of_query(int64_t i) const { return place(arrays.num_queries, i); }
  int64_t of_key(int64_t j) const { return place(arrays.num_keys, j); }
  int64_t query_index(int64_t i) const { return (row * arrays.num_heads + head) * arrays.num_queries + i; }
  const int64_t* runs() const { return arrays.runs + row * arrays.num_queries * 2; }
  float* softmax(int64_t i) const { return arrays.softmax + 2 * query_index(i); }
  // Of keys from block.key on, for query i of the block; null if there is none.
  const float* bias(const QueryBlock& block, int64_t i) const {
    if (arrays.bias == nullptr) return nullptr;
    return arrays.bias + bias_place(block, i);
  }
  int64_t bias_place(const QueryBlock& block, int64_t i) const {
    const int64_t distances = arrays.num_queries + arrays.num_keys - 1;
    return head * distances + arrays.num_queries - 1 + block.key - block.query - i;
  }
  const float* dropout(const QueryBlock& block, int64_t i) const {
    if (arrays.dropout == nullptr) return nullptr;
    return arrays.dropout + query_index(block.query + i) * arrays.num_keys + block.key;
  }
};

}  // namespace
}  // namespace flanmoe::kernels
