#include "analysis/routing.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "analysis/token_class.h"
#include "base/error.h"
#include "model/forward.h"
#include "moe/router_choice.h"
#include "tensor/batch.h"

namespace flanmoe {
namespace {

TokenBatch batch_of(const std::vector<TextIds>& texts, size_t begin, size_t end) {
  std::vector<TokenIds> sources, targets;
  for (size_t i = begin; i < end; ++i) {
    sources.push_back(texts[i].source);
    targets.push_back(texts[i].target);
  }
  TokenBatch batch;
  batch.source_ids = pad_ids(sources);
  batch.target_ids = pad_ids(targets);
  return batch;
}

// What a stack reads: the encoder its source; the decoder the target shifted right.
at::Tensor ids_of_stack(const TokenBatch& batch, Stack stack) {
  if (stack == Stack::kEncoder) return batch.source_ids;
  at::Tensor shifted = at::zeros_like(batch.target_ids);
  shifted.slice(1, 1).copy_(batch.target_ids.slice(1, 0, batch.target_ids.size(1) - 1));
  return shifted;
}

void count_classes(LayerRouting& layer, const MoeTokens& tokens, const TokenBatch& batch, const Tokenizer& tokenizer) {
  const bool encoder = tokens.stack == Stack::kEncoder;
  const at::Tensor ids = ids_of_stack(batch, tokens.stack), real = encoder ? batch.source_ids : batch.target_ids;
  const auto id = ids.accessor<int64_t, 2>(), real_id = real.accessor<int64_t, 2>(),
             asked = tokens.asked.accessor<int64_t, 2>();
  const auto experts = tokens.experts.accessor<int64_t, 3>();
  for (int64_t b = 0; b < ids.size(0); ++b) {
    for (int64_t t = 0; t < ids.size(1); ++t) {
      if (real_id[b][t] == 0) continue;
      ClassRouting& counts = layer.classes[static_cast<size_t>(token_class(tokenizer, static_cast<int32_t>(id[b][t])))];
      ++counts.num_tokens;
      if (experts[b][t][0] < 0) ++(asked[b][t] > 0 ? counts.num_dropped_tokens : counts.num_unchosen_tokens);
      for (int64_t k = 0; k < tokens.experts.size(2) && experts[b][t][k] >= 0; ++k) ++counts.kept[experts[b][t][k]];
    }
  }
}

void pool(std::vector<LayerRouting>& layers, const ForwardResult& result, const TokenBatch& batch,
          const Tokenizer& tokenizer) {
  for (size_t i = 0; i < result.statistics.size(); ++i) {
    if (layers.size() == i) {
      layers.push_back({result.statistics[i], {}});
      for (ClassRouting& counts : layers[i].classes) counts.kept.assign(result.statistics[i].num_experts, 0);
    } else {
      layers[i].statistics.add(result.statistics[i]);
    }
    count_classes(layers[i], result.tokens[i], batch, tokenizer);
  }
}

double entropy_part(double share) { return share > 0.0 ? -share * std::log(share) : 0.0; }

}  // namespace

double LayerRouting::class_specialisation() const {
  const auto num_experts = static_cast<size_t>(statistics.num_experts);
  std::vector<double> expert_total(num_experts, 0.0);
  double total = 0.0, class_entropy = 0.0, joint_entropy = 0.0, expert_entropy = 0.0;
  for (const ClassRouting& counts : classes) {
    for (size_t e = 0; e < num_experts; ++e) {
      expert_total[e] += static_cast<double>(counts.kept[e]);
      total += static_cast<double>(counts.kept[e]);
    }
  }
  if (total == 0.0) return 0.0;
  for (const ClassRouting& counts : classes) {
    double class_total = 0.0;
    for (size_t e = 0; e < num_experts; ++e) {
      class_total += static_cast<double>(counts.kept[e]);
      joint_entropy += entropy_part(static_cast<double>(counts.kept[e]) / total);
    }
    class_entropy += entropy_part(class_total / total);
  }
  for (double count : expert_total) expert_entropy += entropy_part(count / total);
  return class_entropy == 0.0 ? 0.0 : (class_entropy + expert_entropy - joint_entropy) / class_entropy;
}

std::optional<double> utilisation_ceiling(const MoeOptions& options, bool is_decoder, bool training) {
  const CapacityRule rule = capacity_rule(options, training);
  const CapacityFactor* factor = std::get_if<CapacityFactor>(&rule);
  if (factor == nullptr || uses_expert_choice(options, is_decoder)) return std::nullopt;
  const double ceiling = static_cast<double>(options.k) / factor->factor;
  return ceiling < 1.0 ? std::optional(ceiling) : std::nullopt;
}

std::vector<LayerRouting> analyze_routing(const T5Model& model, const Tokenizer& tokenizer,
                                          const std::vector<TextIds>& texts, const RoutingOptions& options) {
  FLANMOE_ASSERT(!model.options().decoder_only);
  const at::NoGradGuard no_gradients;
  ForwardOptions call;
  call.collect_statistics = true;
  call.collect_tokens = true;
  call.eval_group = options.eval_group;
  call.capacity = options.capacity;
  std::vector<LayerRouting> layers;
  const auto step = static_cast<size_t>(options.rows_per_batch);
  for (size_t begin = 0; begin < texts.size(); begin += step) {
    const TokenBatch batch = batch_of(texts, begin, std::min(texts.size(), begin + step));
    pool(layers, forward(model, batch, call), batch, tokenizer);
  }
  return layers;
}

std::vector<ColouredText> colour_text(const T5Model& model, const Tokenizer& tokenizer, const TextIds& text) {
  FLANMOE_ASSERT(!model.options().decoder_only);
  const at::NoGradGuard no_gradients;
  ForwardOptions call;
  call.collect_tokens = true;
  const TokenBatch batch = batch_of({text}, 0, 1);
  std::vector<ColouredText> coloured;
  for (const MoeTokens& tokens : forward(model, batch, call).tokens) {
    ColouredText layer{tokens.stack, tokens.layer, {}};
    const at::Tensor ids = ids_of_stack(batch, tokens.stack);
    for (int64_t t = 0; t < ids.size(1); ++t) {
      const auto expert = tokens.experts[0][t][0].item<int64_t>();
      const bool dropped = expert < 0 && tokens.asked[0][t].item<int64_t>() > 0;
      layer.tokens.push_back({tokenizer.piece(ids[0][t].item<int32_t>()), expert, dropped});
    }
    coloured.push_back(std::move(layer));
  }
  return coloured;
}

}  // namespace flanmoe
