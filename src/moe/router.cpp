#include "moe/router.h"

#include <ATen/ATen.h>

#include "kernels/linear.h"
#include "tensor/random.h"

namespace flanmoe {

RouterOutput route(const at::Tensor& x, const Linear& classifier, double jitter, uint64_t noise_key) {
  // Double stays double, so that gradients can be checked; everything else is float32.
  at::Tensor input = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
  if (jitter > 0.0)
    input = input * random_uniform(x.sizes(), 1.0 - jitter, 1.0 + jitter, noise_key, x.device()).to(input.options());
  const at::Tensor logits = linear(input, classifier);
  return {logits, at::softmax(logits, -1)};
}

}  // namespace flanmoe
