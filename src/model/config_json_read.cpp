// config.json -> options, strictly: what is there must be something that the model can be.
#include <array>
#include <cstdlib>

#include "base/error.h"
#include "base/foreign_keys.h"
#include "base/log.h"
#include "model/config_json.h"

namespace flanmoe {
namespace {

constexpr std::array kKnownTypes = {"t5", "mt5", "switch_transformers", "flanmoe"};
// Far beyond any model, so that neither products of two sizes nor lists of layers can run away.
constexpr int64_t kMaxSize = INT32_MAX, kMaxLayers = 10'000;

class ConfigReader {
 public:
  ConfigReader(const Json& config, const std::string& file) : config_(config), file_(file) {}

  bool has(const char* key) const { return config_.contains(key) && !config_[key].is_null(); }
  int64_t integer(const char* key) const {
    if (!config_.contains(key)) fail(key, "an integer");
    return json_int(config_, key, file_);
  }
  int64_t integer(const char* key, int64_t otherwise) const { return has(key) ? integer(key) : otherwise; }
  double number(const char* key, double otherwise) const {
    return has(key) ? json_number(config_, key, file_) : otherwise;
  }
  std::string text(const char* key, const std::string& otherwise) const {
    return has(key) ? json_string(config_, key, file_) : otherwise;
  }
  bool flag(const char* key, bool otherwise) const {
    if (!has(key)) return otherwise;
    if (!config_[key].is_boolean()) fail(key, "true or false");
    return config_[key].get<bool>();
  }
  [[noreturn]] void fail(const char* key, const std::string& expected) const {
    const std::string value = config_.contains(key) ? json_excerpt(config_[key]) : "missing";
    fail_input("{}: '{}' is {}, expected {}", file_, key, value, expected);
  }
  // mT5 is T5 v1.1 by another name, with its own defaults.
  bool is_mt5() const { return text("model_type", "") == "mt5"; }
  const Json& json() const { return config_; }
  const std::string& file() const { return file_; }

 private:
  const Json& config_;
  const std::string& file_;
};

int64_t positive(const ConfigReader& config, const char* key, int64_t most = kMaxSize) {
  const int64_t value = config.integer(key);
  if (value < 1) config.fail(key, "1 or more");
  if (value > most) config.fail(key, fmt::format("at most {}", most));
  return value;
}

// "relu" is v1.0's feed-forward, "gated-gelu" v1.1's, whose gelu is the tanh approximation. is_gated_act and
// dense_act_fn say the same in newer files.
bool reads_gated(const ConfigReader& config) {
  const bool gated_if_absent = config.flag("is_gated_act", config.is_mt5());
  const std::string projection = config.text("feed_forward_proj", gated_if_absent ? "gated-gelu" : "relu");
  if (projection != "relu" && projection != "gated-gelu") config.fail("feed_forward_proj", "relu or gated-gelu");
  const bool gated = projection == "gated-gelu";
  if (config.flag("is_gated_act", gated) != gated) {
    config.fail("is_gated_act", fmt::format("{}, as feed_forward_proj says", gated));
  }
  const std::string expected = gated ? "gelu_new" : "relu";
  if (config.text("dense_act_fn", expected) != expected) {
    config.fail("dense_act_fn", fmt::format("{} for a {} feed-forward", expected, gated ? "gated" : "plain"));
  }
  return gated;
}

void check_token_ids(const ConfigReader& config) {
  for (const char* key : {"pad_token_id", "decoder_start_token_id"}) {
    if (config.integer(key, 0) != 0) config.fail(key, "0, T5's padding, which starts its answers");
  }
  if (!config.has("eos_token_id")) return;
  const Json& eos = config.json()["eos_token_id"];
  if (eos != 1 && eos != Json::array({1})) config.fail("eos_token_id", "1, T5's end of a text");
}

// Transformers takes these names for its own.
void check_other_names(const ConfigReader& config) {
  constexpr std::pair<const char*, const char*> kNames[] = {{"hidden_size", "d_model"},
                                                            {"num_hidden_layers", "num_layers"},
                                                            {"num_attention_heads", "num_heads"},
                                                            {"head_dim", "d_kv"}};
  for (const auto& [other, name] : kNames) {
    if (!config.has(other)) continue;
    const bool agrees = config.json().contains(name) && config.json()[name] == config.json()[other];
    if (!agrees) config.fail(other, fmt::format("none, or what '{}' says", name));
  }
}

// What a folder says that it is, where that is a part of a T5 or a T5 with another head.
void check_architecture(const ConfigReader& config, const std::string& type) {
  if (type != "flanmoe" && !config.flag("is_encoder_decoder", true)) {
    config.fail("is_encoder_decoder", "true: this is an encoder alone, and flanmoe answers with a decoder");
  }
  if (!config.has("architectures")) return;
  constexpr std::pair<const char*, const char*> kParts[] = {
      {"EncoderModel", "an encoder alone, and flanmoe answers with a decoder"},
      {"ForSequenceClassification", "a classifier, and flanmoe has no such head"},
      {"ForTokenClassification", "a classifier of tokens, and flanmoe has no such head"},
      {"ForQuestionAnswering", "an extractor of spans, and flanmoe has no such head"}};
  const Json& names = config.json()["architectures"];
  for (const auto& [ending, what] : kParts) {
    for (const Json& name : names) {
      if (!name.is_string() || !name.get<std::string>().ends_with(ending)) continue;
      config.fail("architectures", fmt::format("a model with a head over the vocabulary such as "
                                               "T5ForConditionalGeneration; this is {}",
                                               what));
    }
  }
}

// Transformers 5 ties in every T5 and says beside it whether logits are scaled; in its mT5 they never are.
LogitScale read_logit_scale(const ConfigReader& config, const std::string& type) {
  constexpr const char* kKey = "scale_decoder_outputs";
  if (type == "switch_transformers") {
    if (config.has(kKey)) config.fail(kKey, "none: transformers' Switch does not read it");
    return LogitScale::kByHead;
  }
  const Json version = config.json().value("transformers_version", Json());  // 4.57.6
  const bool is_5 = version.is_string() && std::atoi(version.get<std::string>().c_str()) >= 5;
  if (!config.has(kKey)) return type == "mt5" && is_5 ? LogitScale::kNever : LogitScale::kByHead;
  return config.flag(kKey, true) ? LogitScale::kAlways : LogitScale::kNever;
}

void read_relative_positions(const ConfigReader& config, ModelOptions& o) {
  constexpr const char* kBuckets = "relative_attention_num_buckets";
  constexpr const char* kDistance = "relative_attention_max_distance";
  o.relative_buckets = config.has(kBuckets) ? positive(config, kBuckets) : 32;
  if (o.relative_buckets % 2 != 0 || o.relative_buckets < 4) config.fail(kBuckets, "an even number of at least 4");
  o.relative_max_distance = config.has(kDistance) ? positive(config, kDistance) : 128;
  if (o.relative_max_distance <= o.relative_buckets / 2) {
    config.fail(kDistance, fmt::format("more than half of {} ({})", kBuckets, o.relative_buckets));
  }
}

ModelOptions read_shape(const ConfigReader& config) {
  ModelOptions o;
  o.vocab_size = positive(config, "vocab_size");
  o.d_model = positive(config, "d_model");
  o.d_kv = positive(config, "d_kv");
  o.d_ff = positive(config, "d_ff");
  o.num_heads = positive(config, "num_heads");
  o.num_layers = positive(config, "num_layers", kMaxLayers);
  o.num_decoder_layers =
      config.has("num_decoder_layers") ? positive(config, "num_decoder_layers", kMaxLayers) : o.num_layers;
  o.gated = reads_gated(config);
  o.tied = config.flag("tie_word_embeddings", !config.is_mt5());
  o.dropout = config.number("dropout_rate", 0.1);
  if (o.dropout < 0.0 || o.dropout >= 1.0) config.fail("dropout_rate", "a number in [0, 1)");
  read_relative_positions(config, o);
  o.layer_norm_epsilon = config.number("layer_norm_epsilon", 1e-6);
  if (o.layer_norm_epsilon <= 0.0) config.fail("layer_norm_epsilon", "a number above 0");
  o.init_scale = config.number("init_scale", 1.0);
  if (o.init_scale <= 0.0) config.fail("init_scale", "a number above 0");
  check_token_ids(config);
  return o;
}

// Hugging Face's step of a stack as a list of layers; the step itself overrides the number of sparse layers.
std::vector<int64_t> layers_of_step(const ConfigReader& config, bool is_decoder, int64_t num_layers) {
  const char* step_key = is_decoder ? "decoder_sparse_step" : "encoder_sparse_step";
  const char* count_key = is_decoder ? "num_sparse_decoder_layers" : "num_sparse_encoder_layers";
  const int64_t count = config.integer(count_key, 3);
  if (count < 0 || count > num_layers) config.fail(count_key, fmt::format("from 0 to {}", num_layers));
  const int64_t step = config.integer(step_key, count > 0 ? num_layers / count : num_layers);
  if (step < 0) config.fail(step_key, "0 or more");
  std::vector<int64_t> layers;
  for (int64_t i = 0; step > 0 && i < num_layers; ++i) {
    if (step == 1 || i % step == 1) layers.push_back(i);
  }
  return layers;
}

void read_switch(const ConfigReader& config, ModelOptions& o) {
  o.moe.num_experts = positive(config, "num_experts");
  o.moe.expert_capacity = config.has("expert_capacity") ? positive(config, "expert_capacity") : 64;
  if (config.flag("router_bias", false)) config.fail("router_bias", "false");
  if (config.integer("num_selected_experts", 1) != 1) config.fail("num_selected_experts", "1");
  o.moe.jitter = config.number("router_jitter_noise", 0.01);
  if (o.moe.jitter < 0.0 || o.moe.jitter >= 1.0) config.fail("router_jitter_noise", "a number in [0, 1)");
  o.moe.z_loss = config.number("router_z_loss_coef", 0.001);
  o.moe.balance_loss = config.number("router_aux_loss_coef", 0.001);
  if (o.moe.z_loss < 0.0) config.fail("router_z_loss_coef", "0 or more");
  if (o.moe.balance_loss < 0.0) config.fail("router_aux_loss_coef", "0 or more");
  o.moe.sparse_every = 0;
  o.moe.sparse_encoder_layers = layers_of_step(config, false, o.num_layers);
  o.moe.sparse_decoder_layers = layers_of_step(config, true, o.num_decoder_layers);
}

// Keys that are read of another type alone.
void tell_unread(const ConfigReader& config, const std::string& type) {
  const auto tell = [&](const char* key) {
    if (!config.has(key)) return;
    log_warn("{}: '{}' is {}, which is not read of a model of the type {}", config.file(), key,
             json_excerpt(config.json()[key]), type);
  };
  if (type != "flanmoe") tell("moe");
  if (type == "switch_transformers") return;
  for (const char* key : {"num_experts", "expert_capacity", "num_selected_experts", "num_sparse_encoder_layers",
                          "num_sparse_decoder_layers", "encoder_sparse_step", "decoder_sparse_step", "router_bias",
                          "router_jitter_noise", "router_z_loss_coef", "router_aux_loss_coef"})
    tell(key);
}

}  // namespace

ModelOptions options_from_config(const Json& json, const std::string& file) {
  if (!json.is_object()) fail_input("{}: found {}, expected the keys of a model", file, json_excerpt(json));
  const ConfigReader config(json, file);
  const std::string type = config.text("model_type", "");
  if (type == "umt5") {
    config.fail("model_type", "t5 or mt5: umt5 has a relative position bias in every layer, which flanmoe has not");
  }
  if (std::find(kKnownTypes.begin(), kKnownTypes.end(), type) == kKnownTypes.end()) {
    config.fail("model_type", fmt::format("one of {}", fmt::join(kKnownTypes, ", ")));
  }
  check_foreign_keys(json, SettingsFile::kModel, file);
  tell_unread(config, type);
  check_architecture(config, type);
  check_other_names(config);
  ModelOptions options = read_shape(config);
  options.logit_scale = read_logit_scale(config, type);
  if (type == "switch_transformers") read_switch(config, options);
  if (type == "flanmoe") {
    options.decoder_only = !config.flag("is_encoder_decoder", true);
    load_options(parse_config(json_at(json, "moe", file).dump(), file + ": moe"), options.moe);
  }
  try {
    options.check();
  } catch (const UserError& error) {
    fail_input("{}: {}", file, error.what());
  }
  return options;
}

}  // namespace flanmoe
