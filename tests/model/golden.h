// Golden model folders (Hugging Face layout) put into our models by parameter name. They lie beside the checkout and
// may be absent.
#pragma once

#include <ATen/ATen.h>

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

#include "base/json.h"
#include "model/t5.h"
#include "tensor/safetensors.h"

namespace flanmoe::golden {

using Tensors = std::map<std::string, at::Tensor>;

inline std::filesystem::path folder(const std::string& name) {
  return std::filesystem::path(FLANMOE_SOURCE_DIR) / "../shared/golden" / name;
}

inline bool present(const std::string& name) { return std::filesystem::exists(folder(name) / "golden.safetensors"); }

inline Tensors tensors(const std::string& name, const std::string& file) {
  Tensors result;
  for (const NamedTensor& tensor : load_safetensors(folder(name) / file)) result[tensor.name] = tensor.value;
  return result;
}

inline ModelOptions options(const std::string& name, const Tensors& weights) {
  const Json config = read_json(folder(name) / "config.json");
  ModelOptions o;
  o.vocab_size = config.at("vocab_size");
  o.d_model = config.at("d_model");
  o.d_kv = config.at("d_kv");
  o.num_heads = config.at("num_heads");
  o.d_ff = config.at("d_ff");
  o.num_layers = config.at("num_layers");
  o.num_decoder_layers = config.at("num_decoder_layers");
  o.gated = config.value("feed_forward_proj", "relu") == "gated-gelu";
  o.tied = !weights.contains("lm_head.weight");
  o.relative_buckets = config.at("relative_attention_num_buckets");
  o.relative_max_distance = config.at("relative_attention_max_distance");
  o.layer_norm_epsilon = config.at("layer_norm_epsilon");
  o.moe.num_experts = config.value("num_experts", 0);
  o.moe.capacity_factor_eval = 0.0;  // the folder was made with more room than tokens
  return o;
}

// "x.experts.wi.weight", 3 -> "x.experts.expert_3.wi.weight"
inline std::string expert_name(const std::string& stacked, int64_t expert) {
  const std::string marker = ".experts.";
  std::string name = stacked;
  return name.replace(name.find(marker), marker.size(), marker + "expert_" + std::to_string(expert) + ".");
}

inline T5Model model(const std::string& name) {
  const Tensors weights = tensors(name, "model.safetensors");
  T5Model result(options(name, weights), 0);
  for (const Parameter& parameter : result.parameters()) {
    const at::Tensor value = parameter.value.detach();
    if (!parameter.per_expert) {
      value.copy_(weights.at(parameter.name));
      continue;
    }
    for (int64_t e = 0; e < value.size(0); ++e) value[e].copy_(weights.at(expert_name(parameter.name, e)));
  }
  return result;
}

inline TokenBatch batch(const Tensors& expected) {
  TokenBatch result;
  result.source_ids = expected.at("input_ids");
  result.target_ids = expected.at("labels").clamp_min(0);  // -100 = ignored
  return result;
}

// What Hugging Face's Switch adds to its loss: 0.001 of the z-loss and of the balance loss of each stack, its layers'
// positions joined, padding included. 0 for a dense model.
inline double router_losses(const Tensors& expected) {
  double sum = 0.0;
  for (const std::string side : {"encoder", "decoder"}) {
    std::vector<at::Tensor> layers;
    for (const auto& [name, value] : expected) {
      if (name.starts_with("router_logits." + side)) layers.push_back(value);
    }
    if (layers.empty()) continue;
    const at::Tensor logits = at::cat(layers, 1);  // [B, layers * L, E]
    const int64_t num_experts = logits.size(2);
    const at::Tensor probabilities = at::softmax(logits, -1);
    const at::Tensor chosen = at::one_hot(probabilities.argmax(-1), num_experts).to(at::kFloat);
    const at::Tensor balance = (chosen.mean(1) * probabilities.mean(1)).mean() * num_experts * num_experts;
    sum += 0.001 * (at::logsumexp(logits, {-1}).square().mean() + balance).item<double>();
  }
  return sum;
}

// Gradients by Hugging Face name, one per expert.
inline Tensors gradients(const T5Model& model) {
  Tensors result;
  for (const Parameter& parameter : model.parameters()) {
    const at::Tensor& gradient = parameter.value.grad();
    if (!parameter.per_expert) {
      result[parameter.name] = gradient;
      continue;
    }
    for (int64_t e = 0; e < gradient.size(0); ++e) result[expert_name(parameter.name, e)] = gradient[e];
  }
  return result;
}

}  // namespace flanmoe::golden
