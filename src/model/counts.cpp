#include "model/counts.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "model/weights.h"
#include "moe/routing.h"

namespace flanmoe {
namespace {

// Weights of one stack: all of them, those one token meets, and those met in a matrix product.
struct StackCount {
  int64_t total = 0, active = 0;
  double products = 0.0;
};

// Experts one token meets on average.
double experts_per_token(const ModelOptions& o, bool is_decoder) {
  return uses_expert_choice(o.moe, is_decoder) ? o.moe.capacity_factor_train : static_cast<double>(o.moe.k);
}

StackCount count_stack(const ModelOptions& o, bool is_decoder) {
  const bool cross = is_decoder && !o.decoder_only;
  const int64_t attention = 4 * o.d_model * o.num_heads * o.d_kv;
  const int64_t feed_forward = (o.gated ? 3 : 2) * o.d_model * o.d_ff;
  StackCount count;
  for (int64_t i = 0; i < o.num_layers_of(is_decoder); ++i) {
    const int64_t attentions = (cross ? 2 : 1) * attention;
    int64_t norms = (cross ? 3 : 2) * o.d_model;
    int64_t total = attentions + feed_forward, active = total;
    if (o.layer_is_sparse(is_decoder, i)) {
      const int64_t router = o.moe.num_experts * o.d_model;
      const int64_t extra = o.moe.extra_dense_ffn ? feed_forward : 0;
      norms += o.moe.extra_dense_ffn ? o.d_model : 0;
      total = attentions + router + extra + o.moe.num_experts * feed_forward;
      active = attentions + router + extra +
               static_cast<int64_t>(std::llround(experts_per_token(o, is_decoder) * static_cast<double>(feed_forward)));
    }
    count.total += total + norms;
    count.active += active + norms;
    count.products += static_cast<double>(active);
  }
  const int64_t shared = o.relative_buckets * o.num_heads + o.d_model;
  count.total += shared;
  count.active += shared;
  return count;
}

// The same shape with the feed-forward width that costs `wanted` FLOPs per token.
ModelOptions with_flops(ModelOptions shape, double wanted) {
  constexpr double kTolerance = 0.01;
  const auto flops_at = [&shape](int64_t d_ff) {
    shape.d_ff = d_ff;
    return count_model(shape).flops_per_token;
  };
  // FLOPs are linear in the width: solve, then take the nearest multiple of 8 if it is near enough, else the nearest
  // width.
  const double base = flops_at(0), slope = flops_at(1) - base;
  const double width = (wanted - base) / slope;
  for (int64_t step : {8, 1}) {
    const auto d_ff = static_cast<int64_t>(std::llround(width / static_cast<double>(step))) * step;
    if (d_ff >= 1 && std::abs(flops_at(d_ff) / wanted - 1.0) <= kTolerance) return shape;
  }
  fail_input("no feed-forward width comes within 1% of {:.0f} FLOPs per token", wanted);
}

// Index of a weight's part in count_parts.
size_t part_of(const std::string& name) {
  const auto holds = [&name](std::string_view text) { return name.find(text) != std::string::npos; };
  if (name.starts_with("shared")) return 0;
  if (holds("Attention.")) return 1;
  if (holds(".experts.")) return 3;
  if (holds(".router.")) return 4;
  if (holds("layer_norm")) return 5;
  return name.starts_with("lm_head") ? 6 : 2;
}

}  // namespace

ModelCounts count_model(const ModelOptions& o) {
  const StackCount encoder = o.decoder_only ? StackCount{} : count_stack(o, false);
  const StackCount decoder = count_stack(o, true);
  const int64_t embeddings = (o.tied ? 1 : 2) * o.vocab_size * o.d_model;
  ModelCounts counts;
  counts.total_parameters = encoder.total + decoder.total + embeddings;
  counts.active_parameters = encoder.active + decoder.active + embeddings;
  counts.encoder_flops = 2.0 * encoder.products;
  counts.decoder_flops = 2.0 * (decoder.products + static_cast<double>(o.vocab_size * o.d_model));
  counts.flops_per_token = o.decoder_only ? counts.decoder_flops : (counts.encoder_flops + counts.decoder_flops) / 2.0;
  return counts;
}

std::vector<PartCount> count_parts(const ModelOptions& options) {
  std::vector<PartCount> parts = {{"embedding"}, {"attention"}, {"dense feed-forward"}, {"experts"}, {"routers"},
                                  {"norms"},     {"head"}};
  for (const WeightSpec& spec : weight_specs(options)) {
    int64_t size = 1;
    for (const int64_t n : spec.shape) size *= n;
    PartCount& part = parts[part_of(spec.name)];
    (spec.name.starts_with("encoder.") ? part.encoder : part.decoder) += size;
  }
  std::erase_if(parts, [](const PartCount& part) { return part.total() == 0; });
  return parts;
}

ModelOptions dense_twin(const ModelOptions& sparse) {
  ModelOptions shape = sparse;
  shape.moe = MoeOptions();
  return with_flops(shape, count_model(sparse).flops_per_token);
}

ModelOptions sparse_twin(const ModelOptions& dense, const MoeOptions& moe) {
  ModelOptions shape = dense;
  shape.moe = moe;
  shape.check();
  return with_flops(shape, count_model(dense).flops_per_token);
}

}  // namespace flanmoe
