// The global norm of a step's gradients: the root of the sum of their squares. No gradient.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

namespace flanmoe {

// Tensors of any shapes, of one floating dtype and on one device; undefined ones count as zeros. Infinite where the sum
// of the squares is beyond float32, in which optimisers keep squares. float32 on the CPU: one pass, summed in double
// but for a few numbers at a time, the same bits for any number of threads.
double global_norm(at::ArrayRef<at::Tensor> tensors);

// The same by torch's own operations, for any device and dtype: the oracle. Reads one number from the device.
double global_norm_reference(at::ArrayRef<at::Tensor> tensors);

namespace kernels {
// Of contiguous float32.
double sum_of_squares_cpu(at::ArrayRef<at::Tensor> tensors);
}  // namespace kernels

}  // namespace flanmoe
