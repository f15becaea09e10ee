#include "model/counts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "model/weights.h"
#include "moe/router_choice.h"

namespace flanmoe {
namespace {

// Weights of one stack: all of them, those one token meets, and those met in a matrix product.
struct StackCount {
  int64_t total = 0, active = 0;
  double products = 0.0;
};

int64_t size_of(const WeightSpec& spec) {
  int64_t size = 1;
  for (const int64_t n : spec.shape) size *= n;
  return size;
}

// Whether a token's hidden row is multiplied by it.
bool is_product(WeightPart part) {
  return part == WeightPart::kAttention || part == WeightPart::kFeedForward || part == WeightPart::kExtraFeedForward ||
         part == WeightPart::kRouter;
}

StackCount count_stack(const ModelOptions& o, const std::vector<WeightSpec>& specs, Stack stack) {
  const double experts = experts_per_token(o, stack == Stack::kDecoder);
  StackCount count;
  std::map<int64_t, int64_t> expert_sizes;  // of one expert, by layer
  for (const WeightSpec& spec : specs) {
    if (spec.place.stack != stack) continue;
    const int64_t size = size_of(spec);
    count.total += size;
    if (spec.place.per_expert()) {
      expert_sizes[*spec.place.layer] += size / spec.shape[0];
      continue;
    }
    count.active += size;
    if (is_product(spec.place.part)) count.products += static_cast<double>(size);
  }
  for (const auto& [layer, size] : expert_sizes) {
    const auto active = static_cast<int64_t>(std::llround(experts * static_cast<double>(size)));
    count.active += active;
    count.products += static_cast<double>(active);
  }
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
size_t index_of(WeightPart part) {
  switch (part) {
    case WeightPart::kEmbedding:
      return 0;
    case WeightPart::kAttention:
    case WeightPart::kRelativeBias:
      return 1;
    case WeightPart::kFeedForward:
    case WeightPart::kExtraFeedForward:
      return 2;
    case WeightPart::kExpert:
      return 3;
    case WeightPart::kRouter:
      return 4;
    case WeightPart::kNorm:
      return 5;
    case WeightPart::kHead:
      return 6;
  }
  return 6;
}

}  // namespace

double experts_per_token(const ModelOptions& o, bool is_decoder) {
  return uses_expert_choice(o.moe, is_decoder) ? o.moe.capacity_factor_train : static_cast<double>(o.moe.k);
}

ModelCounts count_model(const ModelOptions& o) {
  const std::vector<WeightSpec> specs = weight_specs(o);
  const StackCount encoder = count_stack(o, specs, Stack::kEncoder), decoder = count_stack(o, specs, Stack::kDecoder);
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
    PartCount& part = parts[index_of(spec.place.part)];
    (spec.place.stack == Stack::kEncoder ? part.encoder : part.decoder) += size_of(spec);
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
