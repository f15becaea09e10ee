#include "model/block.h"

#include <ATen/ATen.h>

#include "base/random.h"
#include "kernels/linear.h"
#include "kernels/rms_norm.h"
#include "model/forward.h"
#include "moe/moe_layer.h"
#include "moe/weights.h"
#include "tensor/feed_forward.h"
#include "tensor/random.h"

namespace flanmoe {
namespace {

// One block's surroundings: where it stands and which noise is its own.
struct BlockPlace {
  const StackInput& input;
  const ModelOptions& options;
  const ForwardOptions& call;
  Stack stack;
  int64_t layer;

  double dropout_rate() const { return call.training ? call.dropout.value_or(options.dropout) : 0.0; }
  double expert_dropout_rate() const { return call.expert_dropout.value_or(options.moe.expert_dropout); }
  // 0 where nothing is drawn: names are formatted and hashed in training alone.
  uint64_t noise(std::string_view site) const {
    if (!call.training) return 0;
    return stream_key(call.noise_key, fmt::format("{}/{}/{}", name_of(stack), layer, site));
  }
  at::Tensor norm(const at::Tensor& x, const at::Tensor& scale) const {
    return rms_norm(x, scale, options.layer_norm_epsilon);
  }
  at::Tensor drop(const at::Tensor& x, std::string_view site) const {
    const double rate = dropout_rate();
    return rate == 0.0 ? x : dropout(x, rate, noise(site));
  }
};

at::Tensor dense_feed_forward(const at::Tensor& x, const FeedForwardWeights& weights, const BlockPlace& place,
                              std::string_view site) {
  return feed_forward(x, weights, linear, [&](const at::Tensor& hidden) { return place.drop(hidden, site); });
}

// Per-token routing of the real tokens, laid out over all positions of the batch, for those who look on.
MoeTokens tokens_by_position(const TokenExperts& real, const at::Tensor& positions, int64_t num_rows, int64_t length,
                             const BlockPlace& place) {
  const auto laid_out = [&](const at::Tensor& of_tokens, int64_t padding) {
    std::vector<int64_t> sizes = of_tokens.sizes().vec();
    sizes[0] = num_rows * length;
    return at::full(sizes, padding, of_tokens.options()).index_copy(0, positions, of_tokens).cpu();
  };
  return {place.stack,
          place.layer,
          laid_out(real.experts, -1).view({num_rows, length, -1}),
          laid_out(real.weights, 0).view({num_rows, length, -1}),
          laid_out(real.asked, 0).view({num_rows, length}),
          laid_out(real.refused, -1).view({num_rows, length, -1})};
}

// Every position is routed under Hugging Face's rule, so those of the layer are those of the batch.
PooledRouting pooled_routing(const MoeOutput& out, const BlockPlace& place, int64_t num_rows, int64_t length) {
  const at::Tensor kept = out.tokens->experts.select(1, 0).clamp_min(0);
  return {place.stack, out.router_logits.view({num_rows, length, -1}), kept.view({num_rows, length})};
}

at::Tensor sparse_feed_forward(const at::Tensor& x, const MoeWeights& weights, const BlockPlace& place,
                               RouterReports& reports) {
  const MoeOptions& moe = place.options.moe;
  MoeCall call = moe_call(moe, place.input.is_decoder);
  call.training = place.call.training;
  call.capacity = place.call.capacity;
  call.want_losses = place.call.training || place.call.router_losses;
  call.want_statistics = place.call.collect_statistics;
  const bool pooled = call.want_losses && moe.hugging_face();
  call.want_tokens = place.call.collect_tokens || pooled;
  call.expert_dropout = place.expert_dropout_rate();
  call.noise_key = place.noise("moe");
  MoeOutput out = moe_layer(x.reshape({-1, x.size(2)}), weights, place.input.places, moe, call);
  if (pooled) {
    reports.pooled.push_back(pooled_routing(out, place, x.size(0), x.size(1)));
  } else if (call.want_losses) {
    reports.balance_losses.push_back(out.balance_loss);
    reports.z_losses.push_back(out.z_loss);
  }
  if (out.statistics) {
    out.statistics->stack = place.stack;
    out.statistics->layer = place.layer;
    reports.statistics.push_back(*out.statistics);
  }
  if (place.call.collect_tokens) {
    reports.tokens.push_back(
        tokens_by_position(*out.tokens, place.input.places.positions, x.size(0), x.size(1), place));
  }
  return out.hidden.view(x.sizes());
}

at::Tensor run_block(const at::Tensor& x, const BlockWeights& block, const BlockPlace& place, BlockCache* cache,
                     RouterReports& reports) {
  const StackInput& input = place.input;
  const int64_t num_heads = place.options.num_heads;
  const AttentionCall self{input.self_pairs, input.self_step, place.dropout_rate(), place.noise("self_probabilities"),
                           cache ? &cache->self : nullptr};
  at::Tensor hidden =
      x + place.drop(self_attention(place.norm(x, block.self.norm), block.self, num_heads, self), "self");
  if (block.cross.q.defined()) {
    const AttentionCall cross{input.cross_pairs, input.cross_step, place.dropout_rate(),
                              place.noise("cross_probabilities"), cache ? &cache->cross : nullptr};
    const at::Tensor query = place.norm(hidden, block.cross.norm);
    hidden = hidden + place.drop(cross_attention(query, input.memory, block.cross, num_heads, cross), "cross");
  }
  const at::Tensor normed = place.norm(hidden, block.ffn_norm);
  const at::Tensor fed = block.sparse() ? sparse_feed_forward(normed, block.moe, place, reports)
                                        : dense_feed_forward(normed, block.ffn, place, "hidden");
  hidden = hidden + place.drop(fed, "ffn");
  if (block.extra.wi.defined()) {
    const at::Tensor extra =
        dense_feed_forward(place.norm(hidden, block.extra_norm), block.extra, place, "extra_hidden");
    hidden = hidden + place.drop(extra, "extra");
  }
  return hidden;
}

}  // namespace

at::Tensor run_stack(const StackWeights& stack, const StackInput& input, const ModelOptions& options,
                     const ForwardOptions& call, RouterReports& reports) {
  const Stack stack_of = input.is_decoder ? Stack::kDecoder : Stack::kEncoder;
  const BlockPlace outside{input, options, call, stack_of, -1};
  at::Tensor hidden = outside.drop(input.hidden, "embedding");
  for (size_t i = 0; i < stack.blocks.size(); ++i) {
    const BlockPlace place{input, options, call, stack_of, static_cast<int64_t>(i)};
    hidden = run_block(hidden, stack.blocks[i], place, input.cache ? &(*input.cache)[i] : nullptr, reports);
  }
  return outside.drop(outside.norm(hidden, stack.final_norm), "final");
}

}  // namespace flanmoe
