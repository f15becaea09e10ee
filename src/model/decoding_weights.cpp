#include "model/decoding_weights.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "kernels/sparse_linear.h"
#include "model/forward_parts.h"
#include "model/weights.h"
#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

// The second matrix of a dense feed-forward with a ReLU, input by input. Its pages will hardly be read again and are
// given back, so that the copies do not raise the peak of memory.
at::Tensor relu_output(const FeedForwardWeights& ffn) {
  if (!ffn.wi.defined() || ffn.wi_1.defined()) return {};
  const at::Tensor stored = ffn.wo.weight.detach();
  at::Tensor laid_out = by_input(stored);
  forget_pages(stored);
  return laid_out;
}

}  // namespace

DecodingWeights prepare_decoding(const T5Model& model) {
  const at::NoGradGuard no_gradients;
  DecodingWeights weights(model);
  if (!model.device().is_cpu()) return weights;
  const Linear head = head_of(model);
  const std::vector<BlockWeights>& blocks = model.weights().decoder.blocks;
  forget_pages(head.weight);
  for (const BlockWeights& block : blocks) {
    for (const FeedForwardWeights* ffn : {&block.ffn, &block.extra}) {
      if (ffn->wo.defined()) forget_pages(ffn->wo.weight);
    }
  }
  weights.head_screen = make_screen(head.weight);
  forget_pages(head.weight);
  for (const BlockWeights& block : blocks)
    weights.decoder.push_back({relu_output(block.ffn), relu_output(block.extra)});
  return weights;
}

std::optional<int64_t> best_token(const DecodingWeights& weights, const at::Tensor& hidden,
                                  const std::vector<int64_t>& forbidden) {
  if (!weights.prepared()) return std::nullopt;
  const T5Model& model = weights.model;
  return screened_argmax(head_input(model, hidden), head_of(model).weight, weights.head_screen, forbidden);
}

}  // namespace flanmoe
