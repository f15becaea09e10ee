#include <ATen/ATen.h>
#include <ATen/Dispatch.h>

#include <cstring>

#include "kernels/permute.h"

namespace flanmoe::kernels {

at::Tensor gather_rows_cpu(const at::Tensor& x, const at::Tensor& positions) {
  const int64_t num_rows = positions.size(0), num_positions = x.size(0);
  const size_t row_bytes = x.size(1) * x.element_size();
  at::Tensor out = at::empty({num_rows, x.size(1)}, x.options());
  const int64_t* from = positions.const_data_ptr<int64_t>();
  const char* source = static_cast<const char*>(x.const_data_ptr());
  char* target = static_cast<char*>(out.mutable_data_ptr());
  for (int64_t r = 0; r < num_rows; ++r) {
    TORCH_CHECK(from[r] >= 0 && from[r] < num_positions, "dispatch_rows: position ", from[r], " outside [0, ",
                num_positions, ")");
    std::memcpy(target + r * row_bytes, source + from[r] * row_bytes, row_bytes);
  }
  return out;
}

at::Tensor scatter_rows_cpu(const at::Tensor& rows, const at::Tensor& scale, const at::Tensor& positions,
                            int64_t num_positions) {
  const int64_t width = rows.size(1);
  at::Tensor out = at::zeros({num_positions, width}, rows.options());
  const int64_t* to = positions.const_data_ptr<int64_t>();
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "scatter_rows", [&] {
    const scalar_t* source = rows.const_data_ptr<scalar_t>();
    const scalar_t* factor = scale.defined() ? scale.const_data_ptr<scalar_t>() : nullptr;
    scalar_t* target = out.mutable_data_ptr<scalar_t>();
    for (int64_t r = 0; r < rows.size(0); ++r) {
      TORCH_CHECK(to[r] >= 0 && to[r] < num_positions, "combine_rows: position ", to[r], " outside [0, ", num_positions,
                  ")");
      const scalar_t weight = factor ? factor[r] : scalar_t(1);
      const scalar_t* from_row = source + r * width;
      scalar_t* to_row = target + to[r] * width;
      for (int64_t d = 0; d < width; ++d) to_row[d] += weight * from_row[d];
    }
  });
  return out;
}

at::Tensor dot_rows_cpu(const at::Tensor& a, const at::Tensor& rows, const at::Tensor& positions) {
  const int64_t width = rows.size(1);
  at::Tensor out = at::empty({rows.size(0)}, rows.options());
  const int64_t* at_position = positions.const_data_ptr<int64_t>();
  AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "dot_rows", [&] {
    const scalar_t* left = a.const_data_ptr<scalar_t>();
    const scalar_t* right = rows.const_data_ptr<scalar_t>();
    scalar_t* result = out.mutable_data_ptr<scalar_t>();
    for (int64_t r = 0; r < rows.size(0); ++r) {
      const scalar_t* left_row = left + at_position[r] * width;
      const scalar_t* right_row = right + r * width;
      scalar_t sum = 0;
      for (int64_t d = 0; d < width; ++d) sum += left_row[d] * right_row[d];
      result[r] = sum;
    }
  });
  return out;
}

}  // namespace flanmoe::kernels
