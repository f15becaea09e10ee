#include "tensor/linear.h"

#include <ATen/ATen.h>

namespace flanmoe {

at::Tensor linear(const at::Tensor& x, const Linear& projection) {
  return at::matmul(x, projection.weight.to(x.scalar_type()).t());
}

}  // namespace flanmoe
