#include <ATen/ATen.h>

#include "kernels/grouped_linear.h"

namespace flanmoe {

at::Tensor grouped_linear_reference(const at::Tensor& rows, const at::Tensor& weights, const at::Tensor& offsets) {
  const at::Tensor host = offsets.cpu();  // slices are cut by numbers of the host
  const int64_t* bounds = host.const_data_ptr<int64_t>();
  std::vector<int64_t> counts;
  for (int64_t e = 0; e < weights.size(0); ++e) counts.push_back(bounds[e + 1] - bounds[e]);
  // Cut in one go: the gradients of single slices would each be as large as the whole.
  const std::vector<at::Tensor> row_parts = rows.split_with_sizes(counts), experts = weights.unbind(0);
  std::vector<at::Tensor> parts;
  for (size_t e = 0; e < experts.size(); ++e) parts.push_back(at::matmul(row_parts[e], experts[e].t()));
  return at::cat(parts, 0);
}

}  // namespace flanmoe
