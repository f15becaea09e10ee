// T5's feed-forward, once for dense blocks, experts and a single row of decoding:
//   relu(x wi^T) wo^T, or gated (gelu_tanh(x wi^T) * (x wi_1^T)) wo^T.
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>

namespace flanmoe {

// weights: wi, wi_1 (undefined when not gated) and wo. product(rows, weight) -> rows times the weight; drop(hidden) ->
// hidden with dropout. x [..., D] -> [..., D].
template <class Weights, class Product, class Drop>
at::Tensor feed_forward(const at::Tensor& x, const Weights& weights, const Product& product, const Drop& drop) {
  at::Tensor hidden = product(x, weights.wi);
  hidden = weights.wi_1.defined() ? at::gelu(hidden, "tanh") * product(x, weights.wi_1) : at::relu(hidden);
  return product(drop(hidden), weights.wo);
}

}  // namespace flanmoe
