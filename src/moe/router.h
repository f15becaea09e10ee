// Step 1, router: hidden rows -> logits and probabilities, in float32 (double stays double).
// Legend: T real tokens, D model, E experts.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "tensor/linear.h"

namespace flanmoe {

struct RouterOutput {
  at::Tensor logits;         // [T, E]
  at::Tensor probabilities;  // [T, E] softmax over experts
};

// x [T, D], classifier [E, D]. `jitter` > 0 multiplies a copy of x by U[1 - jitter, 1 + jitter], drawn from
// `noise_key`; experts never see that copy. Gradients: x, classifier.
RouterOutput route(const at::Tensor& x, const Linear& classifier, double jitter, uint64_t noise_key);

}  // namespace flanmoe
