// What decoding of a single row reads in place of, or beside, the model's weights: laid out so that weights that cannot
// matter need not be read. Everything is exact: see kernels/screened_argmax.h and kernels/sparse_linear.h.
// Legend: D model, F hidden, V vocabulary.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/screened_argmax.h"
#include "model/t5.h"

namespace flanmoe {

// A value beside a model that must live as long and keep its weights; the model itself stays as it is.
struct DecodingWeights {
  DecodingWeights(const T5Model& whole) : model(whole) {}  // NOLINT(google-explicit-constructor): nothing laid out
  DecodingWeights(T5Model&&) = delete;
  bool prepared() const { return head_screen.defined(); }

  struct Layer {
    at::Tensor ffn_wo, extra_wo;  // [D, F] input by input, of feed-forwards with a ReLU; else undefined
  };
  const T5Model& model;
  Screen head_screen;          // 8 bits, of the head or the embedding
  std::vector<Layer> decoder;  // empty when not prepared
};

// Nothing is laid out for a model on another device than the CPU.
DecodingWeights prepare_decoding(const T5Model& model);

// The token with the largest logit after hidden [D], the lowest of equals, without computing all. None when not
// prepared, when nothing is left to choose, or a logit that counts is not finite.
std::optional<int64_t> best_token(const DecodingWeights& weights, const at::Tensor& hidden,
                                  const std::vector<int64_t>& forbidden);

}  // namespace flanmoe
