#include "model/options.h"

#include <algorithm>

#include "base/error.h"

namespace flanmoe {

namespace {

// Above any model, so that a slip of the hand is told before anything is allocated, and products do not overflow.
constexpr int64_t kWidest = 1'000'000, kMostHeads = 10'000, kMostLayers = 10'000, kMostTokens = 10'000'000;
constexpr double kMostParameters = 1e15;

void check_listed_layers(const ModelOptions& o, bool is_decoder) {
  const std::vector<int64_t>& listed = is_decoder ? o.moe.sparse_decoder_layers : o.moe.sparse_encoder_layers;
  const char* name = is_decoder ? "moe.sparse_decoder_layers" : "moe.sparse_encoder_layers";
  if (o.moe.sparse_every > 0 && !listed.empty()) {
    fail_input("'{}' is given although 'moe.sparse_every' is {}; expected sparse_every 0 with a list", name,
               o.moe.sparse_every);
  }
  for (size_t i = 0; i < listed.size(); ++i) {
    const bool rises = i == 0 || listed[i] > listed[i - 1];
    if (!rises || listed[i] < 0 || listed[i] >= o.num_layers_of(is_decoder)) {
      fail_input("'{}' is [{}], expected rising layers from 0 to {}", name, fmt::join(listed, ", "),
                 o.num_layers_of(is_decoder) - 1);
    }
  }
}

// Numbers of parameters and bytes are counted in 64 bits.
void check_size(const ModelOptions& o) {
  const auto real = [](int64_t x) { return static_cast<double>(x); };
  const double layers = real(o.num_layers) + real(o.num_decoder_layers), d_model = real(o.d_model);
  const double attention = 8.0 * d_model * real(o.num_heads) * real(o.d_kv);
  const double feed_forward = 3.0 * d_model * real(o.d_ff) * (1.0 + real(o.moe.num_experts));
  const double parameters = layers * (attention + feed_forward) + 2.0 * d_model * real(o.vocab_size);
  if (parameters <= kMostParameters) return;
  fail_input(
      "a model of {} layers, d_model {}, d_ff {}, {} heads of {}, {} experts and {} tokens has up to {:.0e} "
      "parameters; "
      "expected at most {:.0e}",
      o.num_layers + o.num_decoder_layers, o.d_model, o.d_ff, o.num_heads, o.d_kv, o.moe.num_experts, o.vocab_size,
      parameters, kMostParameters);
}

// Hugging Face's rule is Switch's: one expert per token, its raw probability, in the order of the row.
void check_hugging_face(const MoeOptions& moe) {
  if (!moe.hugging_face()) return;
  const bool is_switch = moe.routing == RoutingRule::kTokenChoice && moe.k == 1 && moe.gate == GateRule::kRaw &&
                         moe.priority == RoomPriority::kPosition && !moe.extra_dense_ffn;
  if (!is_switch) {
    fail_input(
        "'moe.expert_capacity' is {} with another routing than Switch; expected 0, or token_choice with k 1, gate raw, "
        "priority position and no extra_dense_ffn",
        moe.expert_capacity);
  }
}

}  // namespace

int64_t ModelOptions::num_layers_of(bool is_decoder) const {
  if (decoder_only) return is_decoder ? num_layers : 0;
  return is_decoder ? num_decoder_layers : num_layers;
}

bool ModelOptions::scales_logits() const {
  return logit_scale == LogitScale::kByHead ? tied : logit_scale == LogitScale::kAlways;
}

bool ModelOptions::layer_is_sparse(bool is_decoder, int64_t layer) const {
  if (moe.num_experts == 0) return false;
  if (moe.sparse_every > 0) return layer % moe.sparse_every == moe.sparse_offset;
  const std::vector<int64_t>& listed = is_decoder ? moe.sparse_decoder_layers : moe.sparse_encoder_layers;
  return std::find(listed.begin(), listed.end(), layer) != listed.end();
}

std::vector<int64_t> ModelOptions::sparse_layers(bool is_decoder) const {
  std::vector<int64_t> layers;
  for (int64_t i = 0; i < num_layers_of(is_decoder); ++i) {
    if (layer_is_sparse(is_decoder, i)) layers.push_back(i);
  }
  return layers;
}

void ModelOptions::fields(FieldVisitor& v) {
  const auto size = [&v](std::string_view name, int64_t& value, int64_t most, std::string_view help) {
    v.field(name, value, help);
    v.require_within(value, 1, most, name);
  };
  v.field("decoder_only", decoder_only, "one causal stack over source then target, prefix attention on the source");
  v.field("vocab_size", vocab_size, "rows of the embedding; 0 = the tokenizer's");
  v.require_within(vocab_size, 0, kMostTokens, "vocab_size");
  size("d_model", d_model, kWidest, "width of the residual stream");
  size("d_kv", d_kv, kWidest, "width of one attention head");
  size("num_heads", num_heads, kMostHeads, "attention heads");
  size("d_ff", d_ff, kWidest, "hidden width of the feed-forward, and of one expert");
  size("num_layers", num_layers, kMostLayers, "encoder layers (all layers of a decoder-only model)");
  size("num_decoder_layers", num_decoder_layers, kMostLayers, "decoder layers");
  v.field("gated", gated, "v1.1: gelu_tanh(x wi_0) * (x wi_1); otherwise relu(x wi)");
  v.field("tied", tied, "v1.0: logits from the embedding, scaled by d_model^-1/2");
  v.choice("logit_scale", logit_scale, "that scale: with the embedding as head only (by_head), or always, or never");
  v.field("dropout", dropout, "dropout rate in training");
  v.require(dropout >= 0.0 && dropout < 1.0, "dropout", "a number in [0, 1)");
  size("relative_buckets", relative_buckets, kMostHeads, "buckets of the relative position bias");
  size("relative_max_distance", relative_max_distance, INT32_MAX, "distance from which the last bucket is used");
  v.field("layer_norm_epsilon", layer_norm_epsilon, "added to the mean square in the norms");
  v.require(layer_norm_epsilon > 0.0, "layer_norm_epsilon", "a number above 0");
  v.field("init_scale", init_scale, "variance scale of the projections' initial weights (Switch: 0.1)");
  v.require(init_scale > 0.0, "init_scale", "a number above 0");
  v.section("moe", moe, "the sparse layers");
}

void ModelOptions::check() const {
  if (vocab_size == 0) fail_input("'vocab_size' is 0, expected the tokenizer's size");
  check_size(*this);
  if (relative_buckets % 2 != 0 || relative_buckets < 4) {
    fail_input("'relative_buckets' is {}, expected an even number of at least 4", relative_buckets);
  }
  if (relative_max_distance <= relative_buckets / 2) {
    fail_input("'relative_max_distance' is {}, expected more than half of relative_buckets ({})", relative_max_distance,
               relative_buckets);
  }
  check_listed_layers(*this, false);
  check_listed_layers(*this, true);
  if (moe.num_experts == 0) return;
  check_hugging_face(moe);
  if (moe.k > moe.num_experts) fail_input("'moe.k' is {}, expected at most num_experts ({})", moe.k, moe.num_experts);
  const bool causal_expert_choice =
      moe.routing == RoutingRule::kExpertChoice && (decoder_only || moe.decoder_routing == DecoderRouting::kSame);
  if (causal_expert_choice) {
    fail_input(
        "'moe.routing' is expert_choice in a causal stack, where a token's routing would depend on later tokens; "
        "expected {}",
        decoder_only ? "token_choice for a decoder-only model" : "moe.decoder_routing=token_choice");
  }
  if (moe.priority == RoomPriority::kProbability && decoder_only) {
    fail_input(
        "'moe.priority' is probability in a causal stack, where it would look at later tokens; expected position");
  }
}

}  // namespace flanmoe
