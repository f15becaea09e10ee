// The loops of bias_attention.h, for the instruction set that the source which includes this is compiled for.
#pragma once

#include <cfloat>
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

// Adds the bias to a query's scores; returns the largest.
float add_bias(float* scores, const float* bias, int64_t count) {
  Sixteen largest = repeat(-FLT_MAX);
  each_sixteen(0, count, [&](int64_t j, auto places) {
    Sixteen score = load(scores + j, places);
    if (bias != nullptr) score = score + load(bias + j, places);
    store(scores + j, score, places);
    largest = larger(largest, at_places(score, places, -FLT_MAX));
  });
  return largest_of(largest);
}

// scores -> exp(score - largest); returns their sum.
float exponentials(float* scores, float largest, int64_t count) {
  Sixteen sum = repeat(0.0f);
  each_sixteen(0, count, [&](int64_t j, auto places) {
    const Sixteen power = at_places(exponential(load(scores + j, places) - repeat(largest)), places, 0.0f);
    store(scores + j, power, places);
    sum = sum + power;
  });
  return sum_of(sum);
}

// row *= factor, and by each number's own where given.
void scale(float* row, float factor, const float* each, int64_t count) {
  each_sixteen(0, count, [&](int64_t j, auto places) {
    Sixteen x = load(row + j, places) * repeat(factor);
    if (each != nullptr) x = x * load(each + j, places);
    store(row + j, x, places);
  });
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

// The probabilities of a query again, from its scores, in their place.
void probabilities_again(float* scores, const float* bias, const float* softmax, int64_t count) {
  each_sixteen(0, count, [&](int64_t j, auto places) {
    Sixteen score = load(scores + j, places);
    if (bias != nullptr) score = score + load(bias + j, places);
    store(scores + j, exponential(score - repeat(softmax[0])) * repeat(softmax[1]), places);
  });
}

// With g the gradient of p: that of the scores is p (g - sum of p g). In the place of g.
void softmax_gradient(const float* p, float* g, int64_t count) {
  Sixteen sums = repeat(0.0f);
  each_sixteen(0, count,
               [&](int64_t j, auto places) { sums = multiply_add(load(p + j, places), load(g + j, places), sums); });
  const Sixteen sum = repeat(sum_of(sums));
  each_sixteen(0, count, [&](int64_t j, auto places) {
    store(g + j, load(p + j, places) * (load(g + j, places) - sum), places);
  });
}

void add_to(float* sum, const float* row, int64_t count) {
  each_sixteen(0, count,
               [&](int64_t j, auto places) { store(sum + j, load(sum + j, places) + load(row + j, places), places); });
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
