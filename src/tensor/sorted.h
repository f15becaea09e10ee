// Orders, runs and intervals of whole numbers as tensor expressions, for any device.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace flanmoe {

// [N] int64: the order by rising keys [N], equal ones by falling values [N], those by index.
at::Tensor order_by_falling(const at::Tensor& keys, const at::Tensor& values);

// [N] int64: how many of the same number stand before each of rising numbers [N].
at::Tensor rank_in_run(const at::Tensor& rising);

// [count] int64: for each index the interval i with bounds[i] <= index < bounds[i + 1]; bounds [I + 1] int64, rising
// from 0 to count.
at::Tensor interval_of_each(const at::Tensor& bounds, int64_t count);

}  // namespace flanmoe
