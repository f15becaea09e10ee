// The loops of bias_attention.h, for the instruction set that the source which includes this is compiled for.
#pragma once

#include <cstdint>

#include "kernels/bias_attention_arrays.h"
#include "kernels/bias_attention_blocks.h"
#include "kernels/matrix_tile.h"
#include "kernels/softmax_rows.h"

namespace flanmoe::kernels {
namespace {

int64_t scores_stride(const QueryBlock& block) { return (block.num_keys + 15) / 16 * 16; }

// rows . columns for the block's queries and keys: q k^T, or the gradient of the output times v^T.
void products_of_pairs(const Head& head, const QueryBlock& block, const float* of_queries, const float* of_keys,
                       const Scratch& scratch, float* products) {
  const int64_t width = head.width();
  const Factor a = pack_rows<kTileRows>(of_queries + head.of_query(block.query), head.stride(), block.num_queries,
                                        width, scratch.first);
  const Factor b =
      pack_rows<kTileColumns>(of_keys + head.of_key(block.key), head.stride(), block.num_keys, width, scratch.second);
  tile_product(a, b, block.num_queries, width, block.num_keys, products, scores_stride(block), false);
}

// For each query: sum over the block's keys of weights[query, key] times the key's row.
void mix_keys(const Head& head, const QueryBlock& block, const float* weights, const float* of_keys,
              const Scratch& scratch, float* mixed) {
  const Factor a =
      pack_rows<kTileRows>(weights, scores_stride(block), block.num_queries, block.num_keys, scratch.first);
  const Factor b = down_rows(of_keys + head.of_key(block.key), head.stride(), kTileColumns);
  tile_product(a, b, block.num_queries, block.num_keys, head.width(), mixed + head.of_query(block.query), head.stride(),
               false);
}

// For each key, added: sum over the block's queries of weights[query, key] times the query's row.
void add_to_keys(const Head& head, const QueryBlock& block, const float* weights, const float* of_queries,
                 float* of_keys) {
  const Factor a = down_rows(weights, scores_stride(block), kTileRows);
  const Factor b = down_rows(of_queries + head.of_query(block.query), head.stride(), kTileColumns);
  tile_product(a, b, block.num_keys, block.num_queries, head.width(), of_keys + head.of_key(block.key), head.stride(),
               true);
}

// The places of keys that query i of the block does not see.
void clear_unseen(float* row, const QueryBlock& block, int64_t i) {
  each_sixteen(block.keys_of(i), block.num_keys, [&](int64_t j, auto places) { store(row + j, repeat(0.0f), places); });
}

void attend(const Head& head, const QueryBlock& block, const Scratch& scratch, float* out) {
  const int64_t stride = scores_stride(block);
  float* scores = scratch.scores;
  products_of_pairs(head, block, head.arrays.q, head.arrays.k, scratch, scores);
  for (int64_t i = 0; i < block.num_queries; ++i) {
    float* row = scores + i * stride;
    float* softmax = head.softmax(block.query + i);
    const int64_t count = block.keys_of(i);
    softmax[0] = add_bias(row, head.bias(block, i), count);
    softmax[1] = 1.0f / exponentials(row, softmax[0], count);
    scale(row, softmax[1], head.dropout(block, i), count);
    clear_unseen(row, block, i);
  }
  mix_keys(head, block, scores, head.arrays.v, scratch, out);
}

void attend_backward(const Head& head, const QueryBlock& block, const AttentionGradients& gradients,
                     const Scratch& scratch) {
  const AttentionArrays& arrays = head.arrays;
  const int64_t stride = scores_stride(block);
  float *p = scratch.scores, *g = scratch.gradients;
  products_of_pairs(head, block, arrays.q, arrays.k, scratch, p);
  products_of_pairs(head, block, gradients.out, arrays.v, scratch, g);
  for (int64_t i = 0; i < block.num_queries; ++i) {
    float *p_row = p + i * stride, *g_row = g + i * stride;
    const int64_t count = block.keys_of(i);
    probabilities_again(p_row, head.bias(block, i), head.softmax(block.query + i), count);
    const float* dropout = head.dropout(block, i);
    if (dropout != nullptr) scale(g_row, 1.0f, dropout, count);
    softmax_gradient(p_row, g_row, count);
    if (dropout != nullptr) scale(p_row, 1.0f, dropout, count);
    clear_unseen(p_row, block, i);
    clear_unseen(g_row, block, i);
    if (gradients.bias != nullptr) add_to(gradients.bias + head.bias_place(block, i), g_row, count);
  }
  add_to_keys(head, block, p, gradients.out, gradients.v);
  mix_keys(head, block, g, arrays.k, scratch, gradients.q);
  add_to_keys(head, block, g, arrays.q, gradients.k);
}

// body(block) for every block of a row whose queries see a key.
template <class Body>
void each_block_of(const Head& head, Body body) {
  const int64_t num_queries = head.arrays.num_queries;
  for (int64_t query = 0; query < num_queries;) {
    const QueryBlock block = next_block(head.runs(), query, num_queries);
    if (block.num_keys > 0) body(block);
    query += block.num_queries;
  }
}

void forward(const AttentionArrays& arrays, int64_t begin, int64_t end, float* numbers, float* out) {
  const Scratch scratch = scratch_of(arrays, numbers);
  for (int64_t item = begin; item < end; ++item) {
    const Head head{arrays, item / arrays.num_heads, item % arrays.num_heads};
    each_block_of(head, [&](const QueryBlock& block) { attend(head, block, scratch, out); });
  }
}

void backward(const AttentionArrays& arrays, int64_t begin, int64_t end, float* numbers,
              const AttentionGradients& gradients) {
  const Scratch scratch = scratch_of(arrays, numbers);
  for (int64_t number = begin; number < end; ++number) {
    for (int64_t row = 0; row < arrays.num_rows; ++row) {
      const Head head{arrays, row, number};
      each_block_of(head, [&](const QueryBlock& block) { attend_backward(head, block, gradients, scratch); });
    }
  }
}

}  // namespace
}  // namespace flanmoe::kernels
