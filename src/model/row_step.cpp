#include "model/row_step.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <span>

#include "kernels/rms_norm.h"
#include "kernels/row_attention.h"
#include "kernels/row_linear.h"
#include "kernels/sparse_linear.h"
#include "model/relative_position.h"
#include "model/weights.h"
#include "moe/groups.h"
#include "moe/moe_layer.h"
#include "tensor/feed_forward.h"

namespace flanmoe {
namespace {

using Numbers = std::vector<float>;

std::span<const float> numbers_of(const at::Tensor& x) {
  return {x.const_data_ptr<float>(), static_cast<size_t>(x.numel())};
}

void add_to(Numbers& sum, std::span<const float> x) {
  for (size_t d = 0; d < sum.size(); ++d) sum[d] += x[d];
}

// The residual stream of one token on its way through the layers.
class Step {
 public:
  Step(const DecodingWeights& weights, RowState& state, int64_t id)
      : options_(weights.model.options()),
        stack_(weights.model.weights().decoder),
        state_(state),
        hidden_(static_cast<size_t>(options_.d_model)),
        normed_(hidden_.size()),
        out_(hidden_.size()) {
    TORCH_CHECK(0 <= id && id < options_.vocab_size, "step_row: token id ", id, " beyond the vocabulary of ",
                options_.vocab_size);
    const float* embedded = weights.model.weights().embedding.const_data_ptr<float>() + id * options_.d_model;
    hidden_.assign(embedded, embedded + options_.d_model);
    state_.cache.append();
    make_bias();
  }

  void self_attention(size_t layer) {
    const AttentionWeights& weights = stack_.blocks[layer].self;
    RowCache& cache = state_.cache;
    norm(weights.norm);
    q_.resize(static_cast<size_t>(weights.q.weight.size(0)));
    row_linear(normed_, {{weights.q.weight, q_},
                         {weights.k.weight, cache.last_key(layer)},
                         {weights.v.weight, cache.last_value(layer)}});
    attend(cache.keys(layer), cache.values(layer), bias_, weights);
  }

  void cross_attention(size_t layer) {
    const AttentionWeights& weights = stack_.blocks[layer].cross;
    const RowMemory& memory = state_.memory[layer];
    norm(weights.norm);
    if (memory.folded_keys.defined()) return attend_folded(memory);
    row_linear(normed_, {{weights.q.weight, q_}});
    attend(numbers_of(memory.keys), numbers_of(memory.values), {}, weights);
  }

  // `wo_by_input`: the second matrix laid out by input, undefined where it is not.
  void dense_feed_forward(const at::Tensor& scale, const FeedForwardWeights& weights, const at::Tensor& wo_by_input) {
    norm(scale);
    const auto product = [&](const at::Tensor& x, const Linear& projection) {
      at::Tensor out = at::empty({projection.weight.size(0)}, at::kFloat);
      const std::span<float> numbers(out.mutable_data_ptr<float>(), static_cast<size_t>(out.numel()));
      if (&projection == &weights.wo && wo_by_input.defined()) {
        sparse_linear(numbers_of(x), wo_by_input, numbers);
      } else {
        row_linear(numbers_of(x), {{projection.weight, numbers}});
      }
      return out;
    };
    const at::Tensor x = at::from_blob(normed_.data(), {options_.d_model}, at::kFloat);
    add_to(hidden_, numbers_of(feed_forward(x, weights, product, [](const at::Tensor& hidden) { return hidden; })));
  }

  void experts(const BlockWeights& block) {
    norm(block.ffn_norm);
    const MoeOptions& moe = options_.moe;
    MoeCall call = moe_call(moe, true);
    call.capacity = NoLimit{};
    const at::Tensor x = at::from_blob(normed_.data(), {1, options_.d_model}, at::kFloat);
    static const MoeTokenPlaces places{at::zeros({1}, at::kLong), cut_groups(1, 0)};
    add_to(hidden_, numbers_of(moe_layer(x, block.moe, places, moe, call).hidden));
  }

  at::Tensor final_hidden() {
    norm(stack_.final_norm);
    return at::tensor(normed_).view({1, -1});
  }

 private:
  void norm(const at::Tensor& scale) { kernels::rms_norm_row(hidden_, scale, options_.layer_norm_epsilon, normed_); }

  // [H, L] of the last position.
  void make_bias() {
    const int64_t length = state_.cache.length(), num_heads = options_.num_heads;
    const float* table = stack_.relative_bias.const_data_ptr<float>();
    bias_.resize(static_cast<size_t>(num_heads * length));
    for (int64_t j = 0; j < length; ++j) {
      const int64_t bucket =
          relative_bucket(j - (length - 1), false, stack_.relative_bias.size(0), options_.relative_max_distance);
      for (int64_t h = 0; h < num_heads; ++h) bias_[h * length + j] = table[bucket * num_heads + h];
    }
  }

  void attend(std::span<const float> keys, std::span<const float> values, std::span<const float> bias,
              const AttentionWeights& weights) {
    mixed_.resize(q_.size());
    row_attention(q_, keys, values, bias, options_.num_heads, mixed_);
    row_linear(mixed_, {{weights.o.weight, out_}});
    add_to(hidden_, out_);
  }

  void attend_folded(const RowMemory& memory) {
    Numbers scores(static_cast<size_t>(memory.folded_keys.size(0)));
    row_linear(normed_, {{memory.folded_keys, scores}});
    const size_t num_keys = scores.size() / static_cast<size_t>(options_.num_heads);
    for (size_t begin = 0; begin < scores.size(); begin += num_keys) row_softmax({scores.data() + begin, num_keys});
    sparse_linear(scores, memory.folded_values.t(), out_);
    add_to(hidden_, out_);
  }

  const ModelOptions& options_;
  const StackWeights& stack_;
  RowState& state_;
  Numbers hidden_, normed_, q_, mixed_, out_;
  Numbers bias_;
};

}  // namespace

RowState make_row_state(const T5Model& model, const std::vector<AttentionCache>& layers,
                        const std::vector<AttentionCache>& memory) {
  const ModelOptions& options = model.options();
  RowState state{RowCache(layers, options.num_heads, options.num_heads * options.d_kv), {}};
  if (options.decoder_only) return state;
  for (size_t i = 0; i < layers.size(); ++i) {
    state.memory.push_back(row_memory(memory[i], model.weights().decoder.blocks[i].cross));
  }
  return state;
}

at::Tensor step_row(const DecodingWeights& weights, RowState& state, int64_t id) {
  const at::NoGradGuard no_gradients;
  const std::vector<BlockWeights>& blocks = weights.model.weights().decoder.blocks;
  Step step(weights, state, id);
  for (size_t i = 0; i < blocks.size(); ++i) {
    const DecodingWeights::Layer laid_out = weights.prepared() ? weights.decoder[i] : DecodingWeights::Layer{};
    step.self_attention(i);
    if (blocks[i].cross.q.defined()) step.cross_attention(i);
    if (blocks[i].sparse()) {
      step.experts(blocks[i]);
    } else {
      step.dense_feed_forward(blocks[i].ffn_norm, blocks[i].ffn, laid_out.ffn_wo);
    }
    if (blocks[i].extra.wi.defined()) step.dense_feed_forward(blocks[i].extra_norm, blocks[i].extra, laid_out.extra_wo);
  }
  return step.final_hidden();
}

}  // namespace flanmoe
