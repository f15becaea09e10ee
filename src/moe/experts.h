// Step 4, experts: grouped feed-forwards over the sorted rows. Legend: R rows, D model, F hidden, E experts.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "moe/weights.h"

namespace flanmoe {

// Each row through its expert's feed-forward (tensor/feed_forward.h), with dropout on the hidden activation. rows [R,
// D] -> [R, D].
at::Tensor run_experts(const at::Tensor& rows, const at::Tensor& offsets, const MoeWeights& weights,
                       double expert_dropout, uint64_t noise_key);

// While one lives, run_experts of this thread takes the experts one after another (grouped_linear_reference, gradients
// by torch): what grouped products are timed against.
class PlainExperts {
 public:
  PlainExperts();
  ~PlainExperts();
  PlainExperts(const PlainExperts&) = delete;
  PlainExperts& operator=(const PlainExperts&) = delete;
};

}  // namespace flanmoe
