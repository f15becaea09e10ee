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
    weights.embedding =
        ask({"shared.weight", {WeightPart::kEmbedding}, table, "vocab_size x d_model", Start::kNormal, 1.0});
    if (!o.decoder_only) weights.encoder = stack(Stack::kEncoder);
    weights.decoder = stack(Stack::kDecoder);
    if (!o.tied) {
      weights.head = ask({"lm_head.weight",
                          {WeightPart::kHead},
                          table,
                          "vocab_size x d_model",
                          Start::kTruncated,
                          deviation(o.d_model)});
    }
    return weights;
  }

 private:
  // Where in the model the maker stands.
  struct Spot {
    std::string prefix;  // of names
    Stack stack;
    std::optional<int64_t> layer;

    WeightPlace place(WeightPart part, const std::string& role) const { return {part, stack, layer, role}; }
    Spot inside(const std::string& more) const { return {prefix + more, stack, layer}; }
  };

  at::Tensor ask(const WeightSpec& spec) {
    at::Tensor value = source_(spec);
    if (value.defined()) parameters_.push_back({spec.name, value.set_requires_grad(true), spec.place});
    return value;
  }

  // Standard deviation of a projection with `fan_in` inputs.
  double deviation(int64_t fan_in) const { return std::sqrt(o.init_scale / static_cast<double>(fan_in)); }

  at::Tensor norm(const Spot& spot, const std::string& name, const std::string& role) {
    return ask({spot.prefix + name, spot.place(WeightPart::kNorm, role), {o.d_model}, "d_model", Start::kOnes});
  }

  AttentionWeights attention(const Spot& layer, const std::string& kind, const std::string& role) {
    const int64_t inner = o.num_heads * o.d_kv;
    const Spot spot = layer.inside(kind);
    const auto inward = [&](const std::string& name, double scale) {
      return ask({spot.prefix + "." + name + ".weight",
                  spot.place(WeightPart::kAttention, role + "." + name),
                  {inner, o.d_model},
                  "num_heads * d_kv x d_model",
                  Start::kNormal,
                  scale});
    };
    const double in = deviation(o.d_model);
    AttentionWeights weights;
    weights.norm = norm(layer, "layer_norm.weight", role);
    weights.q = inward("q", in / std::sqrt(static_cast<double>(o.d_kv)));
    weights.k = inward("k", in);
    weights.v = inward("v", in);
    weights.o = ask({spot.prefix + ".o.weight",
                     spot.place(WeightPart::kAttention, role + ".o"),
                     {o.d_model, inner},
                     "d_model x num_heads * d_kv",
                     Start::kNormal,
                     deviation(inner)});
    return weights;
  }

  // Matrices of a feed-forward: wi (wi_0 and wi_1 when gated) and wo, of each expert when there are some.
  template <class Weights>
  void fill_feed_forward(Weights& weights, const Spot& spot, WeightPart part, Start start, int64_t num_experts) {
    const auto shape = [num_experts](int64_t outputs, int64_t inputs) {
      return num_experts > 0 ? std::vector<int64_t>{num_experts, outputs, inputs}
                             : std::vector<int64_t>{outputs, inputs};
    };
    const auto inward = [&](const std::string& role) {
      return ask({spot.prefix + "." + role + ".weight", spot.place(part, role), shape(o.d_ff, o.d_model),
                  "d_ff x d_model", start, deviation(o.d_model)});
    };
    weights.wi = inward(o.gated ? "wi_0" : "wi");
    if (o.gated) weights.wi_1 = inward("wi_1");
    weights.wo = ask({spot.prefix + ".wo.weight", spot.place(part, "wo"), shape(o.d_model, o.d_ff), "d_model x d_ff",
                      start, deviation(o.d_ff)});
  }

  MoeWeights sparse(const Spot& spot) {
    const int64_t num_experts = o.moe.num_experts;
    MoeWeights weights;
    weights.router = ask({spot.prefix + ".router.classifier.weight",
                          spot.place(WeightPart::kRouter, "classifier"),
                          {num_experts, o.d_model},
                          "num_experts x d_model",
                          Start::kNormal,
                          kRouterDeviation});
    fill_feed_forward(weights, spot.inside(".experts"), WeightPart::kExpert, Start::kNormal, num_experts);
    return weights;
  }

  BlockWeights block(const Spot& spot) {
    const bool is_decoder = spot.stack == Stack::kDecoder, cross = is_decoder && !o.decoder_only;
    BlockWeights weights;
    weights.self = attention(spot.inside("layer.0."), "SelfAttention", "self");
    if (cross) weights.cross = attention(spot.inside("layer.1."), "EncDecAttention", "cross");
    const Spot ffn = spot.inside(cross ? "layer.2." : "layer.1.");
    weights.ffn_norm = norm(ffn, "layer_norm.weight", "ffn");
    if (!o.layer_is_sparse(is_decoder, *spot.layer)) {
      const Spot dense = ffn.inside(o.moe.num_experts > 0 ? "mlp" : "DenseReluDense");
      fill_feed_forward(weights.ffn, dense, WeightPart::kFeedForward, Start::kTruncated, 0);
      return weights;
    }
    weights.moe = sparse(ffn.inside("mlp"));
    if (o.moe.extra_dense_ffn) {
      weights.extra_norm = norm(ffn, "extra_layer_norm.weight", "extra");
      fill_feed_forward(weights.extra, ffn.inside("extra_mlp"), WeightPart::kExtraFeedForward, Start::kTruncated, 0);
    }
    return weights;
  }

  StackWeights stack(Stack which) {
    StackWeights weights;
    const Spot outside{name_of(which) + ".", which, {}};
    for (int64_t i = 0; i < o.num_layers_of(which == Stack::kDecoder); ++i) {
      const Spot spot{fmt::format("{}.block.{}.", name_of(which), i), which, i};
      weights.blocks.push_back(block(spot));
      if (i > 0) continue;
      const double fan_average = static_cast<double>(o.relative_buckets + o.num_heads) / 2.0;
      weights.relative_bias = ask({spot.prefix + "layer.0.SelfAttention.relative_attention_bias.weight",
                                   outside.place(WeightPart::kRelativeBias, ""),
                                   {o.relative_buckets, o.num_heads},
                                   "relative_attention_num_buckets x num_heads",
                                   Start::kUniform,
                                   std::sqrt(3.0 * o.init_scale / fan_average)});
    }
    weights.final_norm = norm(outside, "final_layer_norm.weight", "final");
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
