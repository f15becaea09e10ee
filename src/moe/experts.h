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

}  // namespace flanmoe
