#include "kernels/global_norm.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace flanmoe {

double global_norm(at::ArrayRef<at::Tensor> tensors) {
  std::vector<at::Tensor> defined;
  for (const at::Tensor& tensor : tensors) {
    if (tensor.defined()) defined.push_back(tensor.contiguous());
  }
  const bool is_plain = std::all_of(defined.begin(), defined.end(),
                                    [](const at::Tensor& x) { return x.is_cpu() && x.scalar_type() == at::kFloat; });
  if (!is_plain) return global_norm_reference(defined);
  const double squares = kernels::sum_of_squares_cpu(defined);
  return squares > std::numeric_limits<float>::max() ? HUGE_VAL : std::sqrt(squares);
}

}  // namespace flanmoe
