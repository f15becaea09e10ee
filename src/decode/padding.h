// Token lists as padded tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace flanmoe {

// [B, longest] int64, 0 = padding; at least one column.
at::Tensor pad_ids(const std::vector<std::vector<int32_t>>& sequences);

}  // namespace flanmoe
