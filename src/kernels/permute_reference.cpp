#include <ATen/ATen.h>

#include "kernels/permute.h"

namespace flanmoe {

at::Tensor dispatch_rows_reference(const at::Tensor& x, const at::Tensor& positions) {
  return x.index_select(0, positions);
}

at::Tensor combine_rows_reference(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& positions,
                                  int64_t num_positions) {
  return at::zeros({num_positions, rows.size(1)}, rows.options()).index_add(0, positions, rows * weights.unsqueeze(1));
}

}  // namespace flanmoe
