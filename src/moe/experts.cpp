#include "moe/experts.h"

#include <ATen/ATen.h>

#include "kernels/grouped_linear.h"
#include "moe/weights.h"
#include "tensor/random.h"

namespace flanmoe {

at::Tensor run_experts(const at::Tensor& rows, const at::Tensor& offsets, const MoeWeights& weights,
                       double expert_dropout, uint64_t noise_key) {
  at::Tensor hidden = grouped_linear(rows, weights.wi, offsets);
  if (weights.wi_1.defined()) {
    hidden = at::gelu(hidden, "tanh") * grouped_linear(rows, weights.wi_1, offsets);
  } else {
    hidden = at::relu(hidden);
  }
  return grouped_linear(dropout(hidden, expert_dropout, noise_key), weights.wo, offsets);
}

}  // namespace flanmoe
