// Moving rows between tokens and experts. Legend: N positions, R routed rows, D model width.
// `positions` [R] int64: the position each routed row comes from (a position may occur several times or never). One
// outside [0, N) is refused.
#pragma once

#include <ATen/core/Tensor.h>

namespace flanmoe {

// dispatch: out[r, :] = x[positions[r], :]. x [N, D] -> [R, D]. Gradient: x.
at::Tensor dispatch_rows(const at::Tensor& x, const at::Tensor& positions);

// combine: out[n, :] = sum over r with positions[r] = n of weights[r] * rows[r, :]; zero where none.
// rows [R, D], weights [R] -> [N, D]. Gradients: rows, weights. Rows are added in order of r: same bits every time.
at::Tensor combine_rows(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& positions,
                        int64_t num_positions);

// The plain twins, by index_select and index_add: the oracles.
at::Tensor dispatch_rows_reference(const at::Tensor& x, const at::Tensor& positions);
at::Tensor combine_rows_reference(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& positions,
                                  int64_t num_positions);

namespace kernels {
// The loops on the CPU, for positions that lie inside. The same bits for any number of threads.
at::Tensor gather_rows_cpu(const at::Tensor& x, const at::Tensor& positions);
// out[positions[r]] += scale[r] * rows[r]; zero where none; scale undefined = 1.
at::Tensor scatter_rows_cpu(const at::Tensor& rows, const at::Tensor& scale, const at::Tensor& positions,
                            int64_t num_positions);
// rows[r] = weights[r] * gradient[positions[r]], weights[r] = gradient[positions[r]] . rows[r]; gradient [N, D].
struct CombineGradients {
  at::Tensor rows, weights;
};
CombineGradients combine_rows_cpu_gradients(const at::Tensor& gradient, const at::Tensor& rows,
                                            const at::Tensor& weights, const at::Tensor& positions);
}  // namespace kernels

}  // namespace flanmoe
