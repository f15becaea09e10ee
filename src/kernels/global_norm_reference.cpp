#include <ATen/ATen.h>

#include <vector>

#include "kernels/global_norm.h"

namespace flanmoe {

double global_norm_reference(at::ArrayRef<at::Tensor> tensors) {
  std::vector<at::Tensor> norms;
  for (const at::Tensor& tensor : tensors) {
    if (tensor.defined()) norms.push_back(tensor.norm());
  }
  return norms.empty() ? 0.0 : at::stack(norms).norm().item<double>();
}

}  // namespace flanmoe
