#include "model/weights.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/random.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

constexpr double kRouterDeviation = 0.02;

class WeightMaker {
 public:
  WeightMaker(const ModelOptions& options, uint64_t seed, std::vector<Parameter>& parameters)
      : options_(options), seed_(seed), parameters_(parameters) {}

  at::Tensor normal(const std::string& name, std::vector<int64_t> shape, double deviation, bool per_expert = false) {
    return add(name, random_normal(shape, deviation, key(name)), per_expert);
  }
  at::Tensor truncated(const std::string& name, std::vector<int64_t> shape, double deviation) {
    return add(name, random_truncated_normal(shape, deviation, key(name)), false);
  }
  at::Tensor uniform(const std::string& name, std::vector<int64_t> shape, double limit) {
    return add(name, random_uniform(shape, -limit, limit, key(name)), false);
  }
  at::Tensor ones(const std::string& name, int64_t size) { return add(name, at::ones({size}), false); }

  // Standard deviation of a projection with `fan_in` inputs.
  double deviation(int64_t fan_in) const { return std::sqrt(options_.init_scale / static_cast<double>(fan_in)); }

 private:
  uint64_t key(const std::string& name) const { return stream_key(seed_, "init/" + name); }
  at::Tensor add(const std::string& name, at::Tensor value, bool per_expert) {
    value.set_requires_grad(true);
    parameters_.push_back({name, value, per_expert});
    return value;
  }

  const ModelOptions& options_;
  uint64_t seed_;
  std::vector<Parameter>& parameters_;
};

AttentionWeights make_attention(WeightMaker& maker, const ModelOptions& o, const std::string& layer,
                                const std::string& kind) {
  const int64_t inner = o.num_heads * o.d_kv;
  const std::string prefix = layer + kind;
  const double deviation = maker.deviation(o.d_model);
  AttentionWeights weights;
  weights.norm = maker.ones(layer + "layer_norm.weight", o.d_model);
  weights.q =
      maker.normal(prefix + ".q.weight", {inner, o.d_model}, deviation / std::sqrt(static_cast<double>(o.d_kv)));
  weights.k = maker.normal(prefix + ".k.weight", {inner, o.d_model}, deviation);
  weights.v = maker.normal(prefix + ".v.weight", {inner, o.d_model}, deviation);
  weights.o = maker.normal(prefix + ".o.weight", {o.d_model, inner}, maker.deviation(inner));
  return weights;
}

FeedForwardWeights make_dense(WeightMaker& maker, const ModelOptions& o, const std::string& prefix) {
  FeedForwardWeights weights;
  weights.wi = maker.truncated(prefix + (o.gated ? ".wi_0.weight" : ".wi.weight"), {o.d_ff, o.d_model},
                               maker.deviation(o.d_model));
  if (o.gated) weights.wi_1 = maker.truncated(prefix + ".wi_1.weight", {o.d_ff, o.d_model}, maker.deviation(o.d_model));
  weights.wo = maker.truncated(prefix + ".wo.weight", {o.d_model, o.d_ff}, maker.deviation(o.d_ff));
  return weights;
}

MoeWeights make_sparse(WeightMaker& maker, const ModelOptions& o, const std::string& prefix) {
  const int64_t num_experts = o.moe.num_experts;
  MoeWeights weights;
  weights.router = maker.normal(prefix + ".router.classifier.weight", {num_experts, o.d_model}, kRouterDeviation);
  const std::string experts = prefix + ".experts.";
  const double deviation = maker.deviation(o.d_model);
  weights.wi = maker.normal(experts + (o.gated ? "wi_0.weight" : "wi.weight"), {num_experts, o.d_ff, o.d_model},
                            deviation, true);
  if (o.gated) weights.wi_1 = maker.normal(experts + "wi_1.weight", {num_experts, o.d_ff, o.d_model}, deviation, true);
  weights.wo = maker.normal(experts + "wo.weight", {num_experts, o.d_model, o.d_ff}, maker.deviation(o.d_ff), true);
  return weights;
}

BlockWeights make_block(WeightMaker& maker, const ModelOptions& o, const std::string& prefix, int64_t layer,
                        bool cross) {
  BlockWeights block;
  block.self = make_attention(maker, o, prefix + "layer.0.", "SelfAttention");
  if (cross) block.cross = make_attention(maker, o, prefix + "layer.1.", "EncDecAttention");
  const std::string ffn = prefix + (cross ? "layer.2." : "layer.1.");
  block.ffn_norm = maker.ones(ffn + "layer_norm.weight", o.d_model);
  if (!o.layer_is_sparse(layer)) {
    block.ffn = make_dense(maker, o, ffn + (o.moe.num_experts > 0 ? "mlp" : "DenseReluDense"));
    return block;
  }
  block.moe = make_sparse(maker, o, ffn + "mlp");
  if (o.moe.extra_dense_ffn) {
    block.extra_norm = maker.ones(ffn + "extra_layer_norm.weight", o.d_model);
    block.extra = make_dense(maker, o, ffn + "extra_mlp");
  }
  return block;
}

StackWeights make_stack(WeightMaker& maker, const ModelOptions& o, const std::string& name, int64_t num_layers,
                        bool cross) {
  StackWeights stack;
  for (int64_t i = 0; i < num_layers; ++i) {
    const std::string block = fmt::format("{}.block.{}.", name, i);
    stack.blocks.push_back(make_block(maker, o, block, i, cross));
    if (i == 0) {
      const double fan_average = static_cast<double>(o.relative_buckets + o.num_heads) / 2.0;
      stack.relative_bias =
          maker.uniform(block + "layer.0.SelfAttention.relative_attention_bias.weight",
                        {o.relative_buckets, o.num_heads}, std::sqrt(3.0 * o.init_scale / fan_average));
    }
  }
  stack.final_norm = maker.ones(name + ".final_layer_norm.weight", o.d_model);
  return stack;
}

}  // namespace

T5Weights make_weights(const ModelOptions& options, uint64_t seed, std::vector<Parameter>& parameters) {
  WeightMaker maker(options, seed, parameters);
  T5Weights weights;
  weights.embedding = maker.normal("shared.weight", {options.vocab_size, options.d_model}, 1.0);
  if (!options.decoder_only) weights.encoder = make_stack(maker, options, "encoder", options.num_layers, false);
  const int64_t decoder_layers = options.decoder_only ? options.num_layers : options.num_decoder_layers;
  weights.decoder = make_stack(maker, options, "decoder", decoder_layers, !options.decoder_only);
  if (!options.tied) {
    weights.head =
        maker.truncated("lm_head.weight", {options.vocab_size, options.d_model}, maker.deviation(options.d_model));
  }
  return weights;
}

}  // namespace flanmoe
