#include "model/folder.h"

#include <ATen/ATen.h>

#include <map>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "model/options_json.h"
#include "tensor/safetensors.h"

namespace flanmoe {
namespace {

constexpr const char* kExperts = ".experts.";

// Our options under "flanmoe" in config.json: the YAML dump, which load_options reads back.
ModelOptions options_from_config(const Json& config, const std::string& file) {
  ModelOptions options;
  load_options(parse_config(json_at(config, "flanmoe", file).dump(), file), options);
  options.check();
  return options;
}

// Hugging Face's keys for the same model, so that other tools can read the shape.
Json config_of(const ModelOptions& o) {
  Json config;
  config["architectures"] = {o.moe.num_experts > 0 || o.decoder_only ? "FlanMoeForConditionalGeneration"
                                                                     : "T5ForConditionalGeneration"};
  config["model_type"] = o.moe.num_experts > 0 || o.decoder_only ? "flanmoe" : "t5";
  config["d_model"] = o.d_model;
  config["d_kv"] = o.d_kv;
  config["d_ff"] = o.d_ff;
  config["num_layers"] = o.num_layers;
  config["num_decoder_layers"] = o.decoder_only ? o.num_layers : o.num_decoder_layers;
  config["num_heads"] = o.num_heads;
  config["vocab_size"] = o.vocab_size;
  config["feed_forward_proj"] = o.gated ? "gated-gelu" : "relu";
  config["relative_attention_num_buckets"] = o.relative_buckets;
  config["relative_attention_max_distance"] = o.relative_max_distance;
  config["layer_norm_epsilon"] = o.layer_norm_epsilon;
  config["dropout_rate"] = o.dropout;
  config["tie_word_embeddings"] = o.tied;
  config["is_encoder_decoder"] = !o.decoder_only;
  config["pad_token_id"] = 0;
  config["eos_token_id"] = 1;
  config["decoder_start_token_id"] = 0;
  config["flanmoe"] = options_to_json(o);
  return config;
}

// "x.experts.wi.weight" [E, ...] -> "x.experts.expert_3.wi.weight"
std::string expert_name(const std::string& stacked, int64_t expert) {
  const size_t place = stacked.find(kExperts) + std::string_view(kExperts).size();
  return fmt::format("{}expert_{}.{}", stacked.substr(0, place), expert, stacked.substr(place));
}

std::vector<NamedTensor> unstacked(const T5Model& model) {
  std::vector<NamedTensor> tensors;
  for (const Parameter& parameter : model.parameters()) {
    if (!parameter.per_expert) {
      tensors.push_back({parameter.name, parameter.value});
      continue;
    }
    for (int64_t e = 0; e < parameter.value.size(0); ++e) {
      tensors.push_back({expert_name(parameter.name, e), parameter.value.detach().select(0, e)});
    }
  }
  return tensors;
}

void copy_tensor(std::map<std::string, at::Tensor>& file_tensors, const std::string& name, at::Tensor target,
                 const std::string& file) {
  const auto found = file_tensors.find(name);
  if (found == file_tensors.end()) fail_input("{}: tensor '{}' is missing", file, name);
  if (found->second.sizes() != target.sizes()) {
    fail_input("{}: tensor '{}' has shape {}, expected {}", file, name, c10::str(found->second.sizes()),
               c10::str(target.sizes()));
  }
  target.copy_(found->second);
  file_tensors.erase(found);
}

}  // namespace

void save_model(const T5Model& model, const std::filesystem::path& folder,
                const std::filesystem::path& tokenizer_file) {
  write_json(folder / "config.json", config_of(model.options()));
  save_safetensors(folder / "model.safetensors", unstacked(model), {{"format", "pt"}});
  Json generation = {{"pad_token_id", 0}, {"eos_token_id", 1}, {"decoder_start_token_id", 0}};
  write_json(folder / "generation_config.json", generation);
  if (!tokenizer_file.empty()) write_atomically(folder / "spiece.model", read_text(tokenizer_file));
}

T5Model load_model(const std::filesystem::path& folder) {
  if (!fs::is_directory(folder)) fail_input("{}: no such model folder", folder.string());
  const std::string config_file = (folder / "config.json").string(),
                    weights_file = (folder / "model.safetensors").string();
  T5Model model(options_from_config(read_json(config_file), config_file), 0);
  std::map<std::string, at::Tensor> tensors;
  for (NamedTensor& tensor : load_safetensors(weights_file)) tensors[tensor.name] = tensor.value;
  for (const Parameter& parameter : model.parameters()) {
    const at::Tensor value = parameter.value.detach();
    if (!parameter.per_expert) {
      copy_tensor(tensors, parameter.name, value, weights_file);
      continue;
    }
    for (int64_t e = 0; e < value.size(0); ++e)
      copy_tensor(tensors, expert_name(parameter.name, e), value.select(0, e), weights_file);
  }
  if (!tensors.empty()) fail_input("{}: tensor '{}' is not part of this model", weights_file, tensors.begin()->first);
  return model;
}

}  // namespace flanmoe
