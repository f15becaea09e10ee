// Expert choice: every expert's tokens of each group by their probabilities (docs/routing.md 7). Legend: T tokens, E
// experts, G groups, C the room of an expert in all groups together. No gradient.
#pragma once

#include <ATen/core/Tensor.h>

namespace flanmoe {

// probabilities [T, E] float32 or float64; bounds [G + 1] int64: group g is tokens [bounds[g], bounds[g + 1]); room [G]
// int64: how many an expert takes of a group, 0 to all. All on one device. Returns [E, C] int64: an expert's tokens by
// group, then by falling probability, ties to the lowest token.
at::Tensor top_tokens(const at::Tensor& probabilities, const at::Tensor& bounds, const at::Tensor& room);

// The same as tensor expressions, for any device: the oracle.
at::Tensor top_tokens_reference(const at::Tensor& probabilities, const at::Tensor& bounds, const at::Tensor& room);

namespace kernels {
// Loops over contiguous arguments.
at::Tensor top_tokens_cpu(const at::Tensor& probabilities, const at::Tensor& bounds, const at::Tensor& room);
}  // namespace kernels

}  // namespace flanmoe
