// Tiny models of every arm, of unequal sizes that are no powers of two, and random batches for them. Legend: B rows,
// Ls/Lt lengths.
#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "model/forward.h"
#include "model/parameter.h"
#include "model/t5.h"
#include "tensor/random.h"

namespace flanmoe::tiny {

using Ids = std::vector<int64_t>;

// One example of a batch; ids are 2 or more, 1 (eos) last.
struct Example {
  Ids source, target;
};

inline const std::vector<std::string>& arms() {
  static const std::vector<std::string> names = {"dense_v10", "dense_v11",     "switch",        "gshard",
                                                 "st_moe",    "expert_choice", "decoder_dense", "decoder_switch"};
  return names;
}

inline MoeOptions moe_options(const std::string& routing) {
  MoeOptions moe;
  moe.num_experts = 5;
  if (routing == "switch") {
    moe.jitter = 0.01;
    return moe;
  }
  moe.k = 2;
  moe.gate = GateRule::kNormalisedBeforeDrop;
  moe.second_train = SecondExpert::kRandom;
  moe.capacity_factor_train = 2.0;
  if (routing == "st_moe") {
    moe.extra_dense_ffn = true;
    moe.z_loss = 0.001;
  }
  if (routing == "expert_choice") {
    moe.routing = RoutingRule::kExpertChoice;
    moe.decoder_routing = DecoderRouting::kTokenChoice;
    moe.min_capacity = 1;
  }
  return moe;
}

inline ModelOptions options(const std::string& arm) {
  ModelOptions o;
  o.decoder_only = arm.starts_with("decoder_");
  o.vocab_size = 23;
  o.d_model = 12;
  o.d_kv = 5;
  o.num_heads = 3;
  o.d_ff = 14;
  o.num_layers = 2;
  o.num_decoder_layers = 3;
  const std::string kind = o.decoder_only ? arm.substr(std::string("decoder_").size()) : arm;
  o.gated = kind != "dense_v10" && kind != "dense" && kind != "switch";
  o.tied = kind != "dense_v11" && kind != "st_moe";
  if (!kind.starts_with("dense")) o.moe = moe_options(kind);
  return o;
}

// No expert is ever full (Expert Choice: its usual room).
inline ModelOptions roomy_options(const std::string& arm) {
  ModelOptions o = options(arm);
  if (o.moe.routing == RoutingRule::kTokenChoice) o.moe.capacity_factor_eval = 0.0;
  return o;
}

// Moves every weight away from its special initial value: norms from one, routers from near zero.
inline void stir(const T5Model& model) {
  for (const Parameter& parameter : model.parameters()) {
    const at::Tensor value = parameter.value.detach();
    if (value.dim() == 1) value.add_(random_normal(value.sizes(), 0.3, hash_text(parameter.name)));
    if (parameter.name.find("router") != std::string::npos) value.mul_(40.0);
  }
}

inline T5Model stirred(const ModelOptions& o, uint64_t seed = 7) {
  T5Model model(o, seed);
  stir(model);
  return model;
}

inline Ids random_ids(RandomStream& stream, int64_t length, int64_t vocab_size) {
  Ids ids;
  for (int64_t i = 0; i + 1 < length; ++i) ids.push_back(stream.between(2, vocab_size - 1));
  ids.push_back(1);
  return ids;
}

inline std::vector<Example> random_examples(const std::vector<std::pair<int64_t, int64_t>>& lengths, int64_t vocab_size,
                                            uint64_t seed = 3) {
  RandomStream stream(seed, "examples");
  std::vector<Example> examples;
  for (const auto& [source, target] : lengths) {
    examples.push_back({random_ids(stream, source, vocab_size), random_ids(stream, target, vocab_size)});
  }
  return examples;
}

// Rows of `rows` padded with 0 on the right to the longest row, and `extra` columns more.
inline at::Tensor padded(const std::vector<Ids>& rows, int64_t extra = 0) {
  size_t longest = 0;
  for (const Ids& row : rows) longest = std::max(longest, row.size());
  at::Tensor ids = at::zeros({static_cast<int64_t>(rows.size()), static_cast<int64_t>(longest) + extra}, at::kLong);
  for (size_t b = 0; b < rows.size(); ++b) {
    for (size_t i = 0; i < rows[b].size(); ++i) ids[b][i] = rows[b][i];
  }
  return ids;
}

// One example per row.
inline TokenBatch batch_of(const std::vector<Example>& examples, int64_t extra_padding = 0) {
  std::vector<Ids> sources, targets;
  for (const Example& example : examples) {
    sources.push_back(example.source);
    targets.push_back(example.target);
  }
  TokenBatch batch;
  batch.source_ids = padded(sources, extra_padding);
  batch.target_ids = padded(targets, extra_padding);
  return batch;
}

// Row b packs the examples of rows[b], in order.
inline TokenBatch packed_batch(const std::vector<std::vector<Example>>& rows) {
  std::vector<Ids> sources, targets, source_segments, target_segments;
  for (const auto& row : rows) {
    Ids source, target, source_of, target_of;
    for (size_t s = 0; s < row.size(); ++s) {
      source.insert(source.end(), row[s].source.begin(), row[s].source.end());
      target.insert(target.end(), row[s].target.begin(), row[s].target.end());
      source_of.insert(source_of.end(), row[s].source.size(), static_cast<int64_t>(s) + 1);
      target_of.insert(target_of.end(), row[s].target.size(), static_cast<int64_t>(s) + 1);
    }
    sources.push_back(source);
    targets.push_back(target);
    source_segments.push_back(source_of);
    target_segments.push_back(target_of);
  }
  return {padded(sources), padded(targets), padded(source_segments), padded(target_segments)};
}

// Logits [Lt, V] of one example on its own, without padding.
inline at::Tensor logits_alone(const T5Model& model, const Example& example) {
  return forward(model, batch_of({example}), {}).logits[0].detach();
}

inline double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace flanmoe::tiny
