#include "model/weights.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/random.h"
#include "model/parameter.h"
#include "moe/weights.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

using Start = WeightSpec::Start;

constexpr double kRouterDeviation = 0.02;

// Walks through the model and asks for one weight after the other.
class WeightMaker {
 public:
  WeightMaker(const ModelOptions& options, const WeightSource& source, std::vector<Parameter>& parameters)
      : o(options), source_(source), parameters_(parameters) {}

  T5Weights model() {
    T5Weights weights;
    const std::vector<int64_t> table = {o.vocab_size, o.d_model};
    weights.embedding = ask({"shared.weight", table, "vocab_size x d_model", Start::kNormal, 1.0});
    if (!o.decoder_only) weights.encoder = stack(false);
    weights.decoder = stack(true);
    if (!o.tied) {
      weights.head = ask({"lm_head.weight", table, "vocab_size x d_model", Start::kTruncated, deviation(o.d_model)});
    }
    return weights;
  }

 private:
  at::Tensor ask(const WeightSpec& spec) {
    at::Tensor value = source_(spec);
    if (value.defined()) parameters_.push_back({spec.name, value.set_requires_grad(true), spec.per_expert});
    return value;
  }

  // Standard deviation of a projection with `fan_in` inputs.
  double deviation(int64_t fan_in) const { return std::sqrt(o.init_scale / static_cast<double>(fan_in)); }

  at::Tensor norm(const std::string& name) { return ask({name, {o.d_model}, "d_model", Start::kOnes}); }

  AttentionWeights attention(const std::string& layer, const std::string& kind) {
    const int64_t inner = o.num_heads * o.d_kv;
    const std::string prefix = layer + kind;
    const auto inward = [&](const char* name, double scale) {
      return ask({prefix + name, {inner, o.d_model}, "num_heads * d_kv x d_model", Start::kNormal, scale});
    };
    const double in = deviation(o.d_model);
    AttentionWeights weights;
    weights.norm = norm(layer + "layer_norm.weight");
    weights.q = inward(".q.weight", in / std::sqrt(static_cast<double>(o.d_kv)));
    weights.k = inward(".k.weight", in);
    weights.v = inward(".v.weight", in);
    weights.o =
        ask({prefix + ".o.weight", {o.d_model, inner}, "d_model x num_heads * d_kv", Start::kNormal, deviation(inner)});
    return weights;
  }

  FeedForwardWeights dense(const std::string& prefix) {
    const auto inward = [&](const char* name) {
      return ask({prefix + name, {o.d_ff, o.d_model}, "d_ff x d_model", Start::kTruncated, deviation(o.d_model)});
    };
    FeedForwardWeights weights;
    weights.wi = inward(o.gated ? ".wi_0.weight" : ".wi.weight");
    if (o.gated) weights.wi_1 = inward(".wi_1.weight");
    weights.wo =
        ask({prefix + ".wo.weight", {o.d_model, o.d_ff}, "d_model x d_ff", Start::kTruncated, deviation(o.d_ff)});
    return weights;
  }

  MoeWeights sparse(const std::string& prefix) {
    const int64_t e = o.moe.num_experts;
    const auto inward = [&](const char* name) {
      return ask({prefix + ".experts" + name,
                  {e, o.d_ff, o.d_model},
                  "d_ff x d_model",
                  Start::kNormal,
                  deviation(o.d_model),
                  true});
    };
    MoeWeights weights;
    weights.router = ask({prefix + ".router.classifier.weight",
                          {e, o.d_model},
                          "num_experts x d_model",
                          Start::kNormal,
                          kRouterDeviation});
    weights.wi = inward(o.gated ? ".wi_0.weight" : ".wi.weight");
    if (o.gated) weights.wi_1 = inward(".wi_1.weight");
    weights.wo = ask({prefix + ".experts.wo.weight",
                      {e, o.d_model, o.d_ff},
                      "d_model x d_ff",
                      Start::kNormal,
                      deviation(o.d_ff),
                      true});
    return weights;
  }

  BlockWeights block(const std::string& prefix, bool is_decoder, int64_t layer) {
    const bool cross = is_decoder && !o.decoder_only;
    BlockWeights weights;
    weights.self = attention(prefix + "layer.0.", "SelfAttention");
    if (cross) weights.cross = attention(prefix + "layer.1.", "EncDecAttention");
    const std::string ffn = prefix + (cross ? "layer.2." : "layer.1.");
    weights.ffn_norm = norm(ffn + "layer_norm.weight");
    if (!o.layer_is_sparse(is_decoder, layer)) {
      weights.ffn = dense(ffn + (o.moe.num_experts > 0 ? "mlp" : "DenseReluDense"));
      return weights;
    }
    weights.moe = sparse(ffn + "mlp");
    if (o.moe.extra_dense_ffn) {
      weights.extra_norm = norm(ffn + "extra_layer_norm.weight");
      weights.extra = dense(ffn + "extra_mlp");
    }
    return weights;
  }

  StackWeights stack(bool is_decoder) {
    const std::string name = is_decoder ? "decoder" : "encoder";
    StackWeights weights;
    for (int64_t i = 0; i < o.num_layers_of(is_decoder); ++i) {
      const std::string prefix = fmt::format("{}.block.{}.", name, i);
      weights.blocks.push_back(block(prefix, is_decoder, i));
      if (i > 0) continue;
      const double fan_average = static_cast<double>(o.relative_buckets + o.num_heads) / 2.0;
      weights.relative_bias = ask({prefix + "layer.0.SelfAttention.relative_attention_bias.weight",
                                   {o.relative_buckets, o.num_heads},
                                   "relative_attention_num_buckets x num_heads",
                                   Start::kUniform,
                                   std::sqrt(3.0 * o.init_scale / fan_average)});
    }
    weights.final_norm = norm(name + ".final_layer_norm.weight");
    return weights;
  }

  const ModelOptions& o;
  const WeightSource& source_;
  std::vector<Parameter>& parameters_;
};

}  // namespace

WeightSource fresh_weights(uint64_t seed) {
  return [seed](const WeightSpec& spec) {
    const uint64_t key = stream_key(seed, "init/" + spec.name);
    switch (spec.start) {
      case Start::kOnes:
        return at::ones(spec.shape);
      case Start::kNormal:
        return random_normal(spec.shape, spec.scale, key);
      case Start::kTruncated:
        return random_truncated_normal(spec.shape, spec.scale, key);
      case Start::kUniform:
        break;
    }
    return random_uniform(spec.shape, -spec.scale, spec.scale, key);
  };
}

T5Weights make_weights(const ModelOptions& options, const WeightSource& source, std::vector<Parameter>& parameters) {
  return WeightMaker(options, source, parameters).model();
}

std::vector<WeightSpec> weight_specs(const ModelOptions& options) {
  std::vector<WeightSpec> specs;
  std::vector<Parameter> none;
  make_weights(
      options,
      [&specs](const WeightSpec& spec) {
        specs.push_back(spec);
        return at::Tensor();
      },
      none);
  return specs;
}

}  // namespace flanmoe
