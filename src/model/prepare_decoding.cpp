// What a decoder of one row reads at every token is what it waits for: this lays the weights out so that it can leave
// out those that cannot matter. Everything is exact: see kernels/screened_argmax.h and kernels/sparse_linear.h.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "kernels/screened_argmax.h"
#include "kernels/sparse_linear.h"
#include "model/t5.h"
#include "model/weights.h"
#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

// The decoder's dense feed-forwards with a ReLU.
std::vector<FeedForwardWeights*> relu_layers(T5Weights& weights) {
  std::vector<FeedForwardWeights*> layers;
  for (BlockWeights& block : weights.decoder.blocks) {
    for (FeedForwardWeights* ffn : {&block.ffn, &block.extra}) {
      if (ffn->wi.defined() && !ffn->wi_1.defined()) layers.push_back(ffn);
    }
  }
  return layers;
}

}  // namespace

// Pages that will hardly be read again are given back first, so that the copies do not raise the peak of memory.
void T5Model::prepare_decoding() {
  const at::NoGradGuard no_gradients;
  const at::Tensor& head = weights_->head.defined() ? weights_->head : weights_->embedding;
  const std::vector<FeedForwardWeights*> layers = relu_layers(*weights_);
  forget_pages(head);
  for (const FeedForwardWeights* ffn : layers) forget_pages(ffn->wo);
  weights_->head_screen = make_screen(head);
  forget_pages(head);
  for (FeedForwardWeights* ffn : layers) {
    const at::Tensor stored = ffn->wo.detach();
    ffn->wo.set_data(by_input(stored));
    forget_pages(stored);
  }
}

}  // namespace flanmoe
