// The weights of a T5 by place. Undefined tensors are parts that the model does not have. Legend: D model, I = heads *
// d_kv, F hidden, V vocabulary, E experts, H heads. Layout is Hugging Face's: [out, in].
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/t5.h"
#include "moe/moe_layer.h"

namespace flanmoe {

struct AttentionWeights {
  at::Tensor norm;     // [D] pre-norm
  at::Tensor q, k, v;  // [I, D]
  at::Tensor o;        // [D, I]
};

struct FeedForwardWeights {
  at::Tensor wi;    // [F, D]; with wi_1 the gelu branch
  at::Tensor wi_1;  // [F, D]
  at::Tensor wo;    // [D, F]
};

struct BlockWeights {
  AttentionWeights self;
  AttentionWeights cross;  // encoder-decoder's decoder only
  at::Tensor ffn_norm;     // [D]
  FeedForwardWeights ffn;  // of a dense layer
  MoeWeights moe;          // of a sparse layer
  at::Tensor extra_norm;   // [D] ST-MoE's extra dense feed-forward after a sparse one
  FeedForwardWeights extra;
  bool sparse() const { return moe.router.defined(); }
};

struct StackWeights {
  std::vector<BlockWeights> blocks;
  at::Tensor relative_bias;  // [buckets, H], shared by the layers
  at::Tensor final_norm;     // [D]
};

struct T5Weights {
  at::Tensor embedding;  // [V, D]
  StackWeights encoder;  // no blocks in a decoder-only model
  StackWeights decoder;
  at::Tensor head;  // [V, D], undefined when tied
};

// Fresh weights (reference/routing 10: flaxformer's MoE column with variance scale init_scale, router 0.02), each
// tensor from its own stream (seed, "init/<name>"), so that arms share what has the same name and shape. Fills
// `parameters` in file order.
T5Weights make_weights(const ModelOptions& options, uint64_t seed, std::vector<Parameter>& parameters);

}  // namespace flanmoe
