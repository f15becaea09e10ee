#include <ATen/ATen.h>

#include "kernels/grouped_linear.h"

namespace flanmoe {

at::Tensor grouped_linear_reference(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& offsets) {
  const at::Tensor host = offsets.cpu();  // slices are cut by numbers of the host
  const int64_t* bounds = host.const_data_ptr<int64_t>();
  std::vector<at::Tensor> parts;
  for (int64_t e = 0; e < weights.size(0); ++e) {
    parts.push_back(at::matmul(rows.slice(0, bounds[e], bounds[e + 1]), weights.select(0, e).t()));
  }
  return at::cat(parts, 0);
}

}  // namespace flanmoe
