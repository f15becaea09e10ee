// Room under token choice: which pairs of token and expert are kept, and their rows sorted by expert (docs/routing.md
// 3). Legend: T tokens, K choices, E experts, G groups, R kept rows. No gradient.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flanmoe {

struct PairsAsked {
  at::Tensor experts;   // [T, K] int64
  at::Tensor asked;     // [T, K] bool
  at::Tensor priority;  // [T] floating: who comes first, the largest; ties, and all where undefined, by position
};

struct RowPlan {
  at::Tensor tokens;   // [R] int64; rows sorted by expert, then in the order in which they were served
  at::Tensor pairs;    // [R] int64, t * K + rank
  at::Tensor offsets;  // [E + 1] int64: rows of expert e are [offsets[e], offsets[e + 1])
  at::Tensor kept;     // [T, K] bool
};

// A group serves all first choices before all second ones; a pair is kept while its expert has room. bounds [G + 1]
// int64: group g is tokens [bounds[g], bounds[g + 1]); room [G] int64 of each expert in a group. All on one device,
// results there.
RowPlan plan_rows(const PairsAsked& pairs, const at::Tensor& bounds, const at::Tensor& room, int64_t num_experts);

// The same as tensor expressions, for any device: the oracle.
RowPlan plan_rows_reference(const PairsAsked& pairs, const at::Tensor& bounds, const at::Tensor& room,
                            int64_t num_experts);

namespace kernels {
// Loops over contiguous arguments.
RowPlan plan_rows_cpu(const PairsAsked& pairs, const at::Tensor& bounds, const at::Tensor& room, int64_t num_experts);
}  // namespace kernels

}  // namespace flanmoe
