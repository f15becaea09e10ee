// Step 4, experts: grouped feed-forwards over the sorted rows. Legend: R rows, D model, F hidden, E experts.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "moe/weights.h"

namespace flanmoe {

// relu(x wi^T) wo^T, or (gelu_tanh(x wi^T) * (x wi_1^T)) wo^T; dropout on the hidden activation. rows [R, D] -> [R, D].
at::Tensor run_experts(const at::Tensor& rows, const at::Tensor& offsets, const MoeWeights& weights,
                       double expert_dropout, uint64_t noise_key);

}  // namespace flanmoe
