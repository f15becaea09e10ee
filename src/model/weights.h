// The weights of a T5 by place, and the list of what they are. Undefined tensors are parts that the model does not
// have. Legend: D model, I = heads * d_kv, F hidden, V vocabulary, E experts, H heads. Layout is Hugging Face's:
// [out, in].
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "model/options.h"
#include "model/parameter.h"
#include "model/weight_place.h"
#include "moe/weights.h"
#include "tensor/linear.h"

namespace flanmoe {

struct AttentionWeights {
  at::Tensor norm;  // [D] pre-norm
  Linear q, k, v;   // [I, D]
  Linear o;         // [D, I]
};

struct FeedForwardWeights {
  Linear wi;    // [F, D]; with wi_1 the gelu branch
  Linear wi_1;  // [F, D]
  Linear wo;    // [D, F]
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
  Linear head;  // [V, D], undefined when tied
};

// One parameter before it has a value.
struct WeightSpec {
  enum class Start { kOnes, kNormal, kTruncated, kUniform };
  std::string name;  // as in Parameter
  WeightPlace place;
  std::vector<int64_t> shape;
  std::string sizes;  // where the shape comes from: "num_heads * d_kv x d_model"
  Start start = Start::kNormal;
  double scale = 0.0;  // standard deviation, or the limit of a uniform start
};

// Gives a parameter its value: fresh, from a file, or none at all (a list of specs). Float32.
using WeightSource = std::function<at::Tensor(const WeightSpec&)>;

// Fresh weights (docs/routing.md 10: flaxformer's MoE column with variance scale init_scale, router 0.02), each
// tensor from its own stream (seed, "init/<name>"), so that arms share what has the same name and shape.
WeightSource fresh_weights(uint64_t seed);

// Asks `source` for every weight, in file order; `parameters` gets those that it gave.
T5Weights make_weights(const ModelOptions& options, const WeightSource& source, std::vector<Parameter>& parameters);

// What a model of these options consists of, in file order.
std::vector<WeightSpec> weight_specs(const ModelOptions& options);

}  // namespace flanmoe
