// Products of matrices in the processor's cache-sized blocks, float32 on the CPU. Every number of a product is one
// chain of fused multiply-adds over the depth in rising order, so that it is the same bits whatever the other rows and
// columns, the threads and the instruction set. No gradient: linear.h and grouped_linear.h have theirs.
#pragma once

#include <cstdint>

#include "kernels/matrix_product_arrays.h"

namespace flanmoe::kernels {

// c [rows, columns], its rows c_stride apart, = (c +) a b, with a [rows, depth] and b [depth, columns].
void matrix_product(int64_t rows, int64_t columns, int64_t depth, MatrixView a, MatrixView b, float* c,
                    int64_t c_stride, bool add = false);

}  // namespace flanmoe::kernels
