#include "model/config_json.h"

#include "base/error.h"

namespace flanmoe {
namespace {

class JsonDumper final : public FieldVisitor {
 public:
  JsonDumper() : open_{&root_} {}
  const Json& root() const { return root_; }

  void field(std::string_view name, bool& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, int64_t& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, double& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, std::string& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, std::vector<int64_t>& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, std::vector<double>& value, std::string_view) override { put(name, value); }
  void field(std::string_view name, std::vector<std::string>& value, std::string_view) override { put(name, value); }
  void field(std::string_view, ConfigNode&, std::string_view) override {
    FLANMOE_ASSERT(false);
  }  // models have no free subtree
  void choice(std::string_view name, std::string& value, const std::vector<std::string>&, std::string_view) override {
    put(name, value);
  }
  void require(bool, std::string_view, std::string_view) override {}
  void begin_section(std::string_view name, std::string_view) override {
    open_.push_back(&((*open_.back())[std::string(name)] = Json::object()));
  }
  void end_section() override { open_.pop_back(); }

 private:
  template <class Value>
  void put(std::string_view name, const Value& value) {
    (*open_.back())[std::string(name)] = value;
  }
  Json root_ = Json::object();
  std::vector<Json*> open_;
};

// The sparse step of Hugging Face (layer i is sparse when i % step == 1, every layer for step 1, none for 0), or -1.
int64_t sparse_step(const ModelOptions& o, bool is_decoder) {
  const std::vector<int64_t> layers = o.sparse_layers(is_decoder);
  const int64_t num_layers = o.num_layers_of(is_decoder);
  for (int64_t step = 0; step <= num_layers; ++step) {
    std::vector<int64_t> of_step;
    for (int64_t i = 0; step > 0 && i < num_layers; ++i) {
      if (step == 1 || i % step == 1) of_step.push_back(i);
    }
    if (of_step == layers) return step;
  }
  return -1;
}

bool is_switch(const ModelOptions& o) {
  const bool has_keys_for_all = o.moe.expert_dropout == 0.0 && sparse_step(o, false) >= 0 && sparse_step(o, true) >= 0;
  const bool scaled_as_there = o.logit_scale == LogitScale::kByHead;
  return o.moe.hugging_face() && !o.decoder_only && !o.gated && scaled_as_there && has_keys_for_all;
}

void put_switch(Json& config, const ModelOptions& o) {
  config["num_experts"] = o.moe.num_experts;
  config["expert_capacity"] = o.moe.expert_capacity;
  config["num_sparse_encoder_layers"] = o.sparse_layers(false).size();
  config["num_sparse_decoder_layers"] = o.sparse_layers(true).size();
  config["encoder_sparse_step"] = sparse_step(o, false);
  config["decoder_sparse_step"] = sparse_step(o, true);
  config["router_bias"] = false;
  config["router_dtype"] = "float32";
  config["router_ignore_padding_tokens"] = false;
  config["router_jitter_noise"] = o.moe.jitter;
  config["router_z_loss_coef"] = o.moe.z_loss;
  config["router_aux_loss_coef"] = o.moe.balance_loss;
  config["add_router_probs"] = false;
}

}  // namespace

template <class Options>
Json options_to_json(Options options) {
  JsonDumper dumper;
  options.fields(dumper);
  return dumper.root();
}
template Json options_to_json(ModelOptions);
template Json options_to_json(MoeOptions);

std::string model_type_of(const ModelOptions& o) {
  if (is_switch(o)) return "switch_transformers";
  return o.moe.num_experts > 0 || o.decoder_only ? "flanmoe" : "t5";
}

Json config_of(const ModelOptions& o) {
  const std::string type = model_type_of(o);
  Json config;
  config["architectures"] = {type == "t5"        ? "T5ForConditionalGeneration"
                             : type == "flanmoe" ? "FlanMoeForConditionalGeneration"
                                                 : "SwitchTransformersForConditionalGeneration"};
  config["model_type"] = type;
  config["vocab_size"] = o.vocab_size;
  config["d_model"] = o.d_model;
  config["d_kv"] = o.d_kv;
  config["d_ff"] = o.d_ff;
  config["num_layers"] = o.num_layers;
  config["num_decoder_layers"] = o.num_layers_of(true);
  config["num_heads"] = o.num_heads;
  config["feed_forward_proj"] = o.gated ? "gated-gelu" : "relu";
  config["is_gated_act"] = o.gated;
  config["dense_act_fn"] = o.gated ? "gelu_new" : "relu";
  config["relative_attention_num_buckets"] = o.relative_buckets;
  config["relative_attention_max_distance"] = o.relative_max_distance;
  config["layer_norm_epsilon"] = o.layer_norm_epsilon;
  config["dropout_rate"] = o.dropout;
  config["initializer_factor"] = 1.0;
  config["init_scale"] = o.init_scale;
  config["tie_word_embeddings"] = o.tied;
  if (o.logit_scale != LogitScale::kByHead) config["scale_decoder_outputs"] = o.scales_logits();
  config["is_encoder_decoder"] = !o.decoder_only;
  config["use_cache"] = true;
  config["pad_token_id"] = 0;
  config["eos_token_id"] = 1;
  config["decoder_start_token_id"] = 0;
  if (type == "switch_transformers") put_switch(config, o);
  if (type == "flanmoe") config["moe"] = options_to_json(o.moe);
  return config;
}

}  // namespace flanmoe
