// Token choice: every token's experts by its probabilities (docs/routing.md 0, 5). Legend: T tokens, E experts, K
// choices. No gradient: what is differentiated are the probabilities of the chosen.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flanmoe {

struct TopExperts {
  at::Tensor experts;  // [T, K] int64, by falling probability, ties to the lowest index; the second may be a drawn one
  at::Tensor asked;    // [T, K] bool: false where the second is let go of
};

// What is special about the second choice; both undefined = nothing.
struct SecondChoice {
  at::Tensor draws;   // [T] float64 of [0, 1): it is drawn from all but the first, in proportion to their probability
  at::Tensor limits;  // [T] float64: it is asked for only where its share p2 / (p1 + p2 + 1e-9) is above
};

// probabilities [T, E] float32 or float64, 1 <= k <= E; `second` is read when k >= 2. All on one device, results there.
TopExperts top_experts(const at::Tensor& probabilities, int64_t k, const SecondChoice& second);

// The same as tensor expressions, for any device: the oracle.
TopExperts top_experts_reference(const at::Tensor& probabilities, int64_t k, const SecondChoice& second);

namespace kernels {
inline constexpr double kGateEpsilon = 1e-9;  // Mesh TensorFlow's guard of a sum of gates
// Loops over contiguous arguments.
TopExperts top_experts_cpu(const at::Tensor& probabilities, int64_t k, const SecondChoice& second);
}  // namespace kernels

}  // namespace flanmoe
