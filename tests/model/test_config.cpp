// config.json: what is accepted is what the model can be; everything else is refused by key, value and expectation.
#include "model/config_json.h"

#include "folder_case.h"

namespace flanmoe {
namespace {

Json t5() { return config_of(tiny::options("dense_v11")); }
Json switch_transformers() { return config_of(hugging_face_switch()); }
Json flanmoe() { return config_of(tiny::options("gshard")); }

std::string refusal(const Json& config) {
  const std::string message = message_of<UserError>([&] { options_from_config(config, "m/config.json"); });
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

struct Fault {
  std::string key, value;  // as JSON; "" takes the key out
  std::string expected;
};

// The message of each fault is exactly "m/config.json: 'KEY' is VALUE, expected EXPECTED".
void expect_refused(const Json& good, const std::vector<Fault>& faults) {
  options_from_config(good, "good");
  for (const Fault& fault : faults) {
    Json bad = good;
    if (fault.value.empty()) {
      bad.erase(fault.key);
    } else {
      bad[fault.key] = Json::parse(fault.value);
    }
    EXPECT_EQ(refusal(bad), fmt::format("m/config.json: '{}' is {}, expected {}", fault.key,
                                        fault.value.empty() ? "missing" : fault.value, fault.expected));
  }
}

TEST(ConfigJson, TheModelTypeIsKnown) {
  const std::string known = "one of t5, mt5, switch_transformers, flanmoe";
  expect_refused(t5(), {{"model_type", "\"bert\"", known},
                        {"model_type", "\"T5\"", known},
                        {"model_type", "\"longt5\"", known},
                        {"model_type", "\"\"", known},
                        {"model_type", "", known},
                        {"model_type", "null", known},
                        {"model_type", "3", "a text"}});
}

TEST(ConfigJson, SizesArePositiveIntegers) {
  for (const char* key : {"vocab_size", "d_model", "d_kv", "d_ff", "num_heads", "num_layers"}) {
    for (const Json& good : {t5(), switch_transformers(), flanmoe()}) {
      expect_refused(good, {{key, "", "an integer"},
                            {key, "null", "an integer"},
                            {key, "\"12\"", "an integer"},
                            {key, "12.0", "an integer"},
                            {key, "true", "an integer"},
                            {key, "9223372036854775808", "an integer"},
                            {key, "0", "1 or more"},
                            {key, "-3", "1 or more"}});
    }
  }
  expect_refused(t5(), {{"d_ff", "2147483648", "at most 2147483647"},
                        {"num_layers", "10001", "at most 10000"},
                        {"num_decoder_layers", "0", "1 or more"},
                        {"num_decoder_layers", "9223372036854775807", "at most 10000"}});
}

TEST(ConfigJson, TheFeedForwardIsOneOfTwo) {
  const std::string which = "relu or gated-gelu";
  expect_refused(t5(), {{"feed_forward_proj", "\"gated-silu\"", which},
                        {"feed_forward_proj", "\"gelu\"", which},
                        {"feed_forward_proj", "\"\"", which},
                        {"feed_forward_proj", "1", "a text"},
                        {"is_gated_act", "false", "true, as feed_forward_proj says"},
                        {"is_gated_act", "1", "true or false"},
                        {"dense_act_fn", "\"relu\"", "gelu_new for a gated feed-forward"},
                        {"dense_act_fn", "\"silu\"", "gelu_new for a gated feed-forward"}});
  const Json plain = config_of(tiny::options("dense_v10"));
  expect_refused(plain, {{"is_gated_act", "true", "false, as feed_forward_proj says"},
                         {"dense_act_fn", "\"gelu_new\"", "relu for a plain feed-forward"}});
}

TEST(ConfigJson, NewerFilesNameTheFeedForwardOtherwise) {
  Json gated = t5(), plain = config_of(tiny::options("dense_v10"));
  gated.erase("feed_forward_proj");
  plain.erase("feed_forward_proj");
  EXPECT_TRUE(options_from_config(gated, "x").gated);
  EXPECT_FALSE(options_from_config(plain, "x").gated);
  plain.erase("is_gated_act");
  plain.erase("dense_act_fn");
  EXPECT_FALSE(options_from_config(plain, "x").gated);
}

TEST(ConfigJson, NumbersLieInTheirRange) {
  expect_refused(t5(),
                 {{"dropout_rate", "1.0", "a number in [0, 1)"},
                  {"dropout_rate", "-0.1", "a number in [0, 1)"},
                  {"dropout_rate", "\"0.1\"", "a number"},
                  {"layer_norm_epsilon", "0", "a number above 0"},
                  {"layer_norm_epsilon", "-1e-06", "a number above 0"},
                  {"init_scale", "0.0", "a number above 0"},
                  {"relative_attention_num_buckets", "31", "an even number of at least 4"},
                  {"relative_attention_num_buckets", "2", "an even number of at least 4"},
                  {"relative_attention_num_buckets", "-32", "1 or more"},
                  {"relative_attention_max_distance", "16", "more than half of relative_attention_num_buckets (32)"},
                  {"relative_attention_max_distance", "-1", "1 or more"},
                  {"tie_word_embeddings", "\"false\"", "true or false"},
                  {"tie_word_embeddings", "0", "true or false"}});
}

TEST(ConfigJson, TokensAreThoseOfT5) {
  const std::string padding = "0, T5's padding, which starts its answers", end = "1, T5's end of a text";
  expect_refused(t5(), {{"pad_token_id", "1", padding},
                        {"pad_token_id", "-1", padding},
                        {"pad_token_id", "\"0\"", "an integer"},
                        {"decoder_start_token_id", "2", padding},
                        {"eos_token_id", "23", end},
                        {"eos_token_id", "-1", end},
                        {"eos_token_id", "2", end},
                        {"eos_token_id", "[1,2]", end},
                        {"eos_token_id", "[]", end},
                        {"eos_token_id", "\"1\"", end}});
  Json other_words = t5();
  other_words["eos_token_id"] = {1};
  other_words["pad_token_id"] = nullptr;
  other_words.erase("decoder_start_token_id");
  EXPECT_EQ(options_from_config(other_words, "x").vocab_size, 23);
}

TEST(ConfigJson, SwitchIsWhatOursCanBe) {
  expect_refused(switch_transformers(), {{"num_experts", "0", "1 or more"},
                                         {"num_experts", "-8", "1 or more"},
                                         {"num_experts", "", "an integer"},
                                         {"expert_capacity", "0", "1 or more"},
                                         {"expert_capacity", "-64", "1 or more"},
                                         {"expert_capacity", "1.5", "an integer"},
                                         {"router_bias", "true", "false"},
                                         {"router_bias", "0", "true or false"},
                                         {"num_selected_experts", "2", "1"},
                                         {"router_jitter_noise", "1", "a number in [0, 1)"},
                                         {"router_jitter_noise", "-0.01", "a number in [0, 1)"},
                                         {"router_z_loss_coef", "-0.001", "0 or more"},
                                         {"router_aux_loss_coef", "-1", "0 or more"},
                                         {"router_aux_loss_coef", "\"0\"", "a number"},
                                         {"encoder_sparse_step", "-1", "0 or more"},
                                         {"decoder_sparse_step", "-2", "0 or more"},
                                         {"num_sparse_encoder_layers", "-1", "from 0 to 2"},
                                         {"num_sparse_encoder_layers", "3", "from 0 to 2"},
                                         {"num_sparse_decoder_layers", "4", "from 0 to 3"}});
}

TEST(ConfigJson, SparseStepsAreHuggingFaces) {
  const auto layers = [](const std::string& key, const Json& value, bool without_step) {
    Json config = switch_transformers();
    config["num_decoder_layers"] = 6;
    if (without_step) config.erase("decoder_sparse_step");
    config[key] = value;
    return options_from_config(config, "x").sparse_layers(true);
  };
  EXPECT_EQ(layers("decoder_sparse_step", 0, false), (std::vector<int64_t>{}));
  EXPECT_EQ(layers("decoder_sparse_step", 1, false), (std::vector<int64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(layers("decoder_sparse_step", 3, false), (std::vector<int64_t>{1, 4}));
  EXPECT_EQ(layers("decoder_sparse_step", INT64_MAX, false), (std::vector<int64_t>{1}));
  EXPECT_EQ(layers("num_sparse_decoder_layers", 3, true), (std::vector<int64_t>{1, 3, 5}));
  EXPECT_EQ(layers("num_sparse_decoder_layers", 6, true), (std::vector<int64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(layers("num_sparse_decoder_layers", 0, true), (std::vector<int64_t>{1}));  // step 6, as theirs is
}

TEST(ConfigJson, TheMoeBlockIsReadAsStrictlyAsAConfiguration) {
  const auto refused = [](const std::function<void(Json&)>& change, const std::vector<std::string>& parts) {
    Json config = flanmoe();
    change(config);
    const std::string message = refusal(config);
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_TRUE(message.starts_with("m/config.json")) << message;
  };
  refused([](Json& c) { c.erase("moe"); }, {"'moe' is missing"});
  refused([](Json& c) { c["moe"] = 3; }, {"moe", "expected keys"});
  refused([](Json& c) { c["moe"] = nullptr; }, {"moe"});
  refused([](Json& c) { c["moe"]["num_expert"] = 3; }, {"unknown key 'num_expert'; did you mean 'num_experts'?"});
  refused([](Json& c) { c["moe"]["num_experts"] = -1; }, {"'num_experts' is -1, expected 0 or more"});
  refused([](Json& c) { c["moe"]["num_experts"] = "5"; }, {"'num_experts' is", "expected an integer"});
  refused([](Json& c) { c["moe"]["k"] = 6; }, {"'k' is 6, expected at most num_experts"});
  refused([](Json& c) { c["moe"]["routing"] = "token_choise"; }, {"'routing'", "token_choice, expert_choice"});
  refused([](Json& c) { c["moe"]["sparse_encoder_layers"] = {1}; }, {"sparse_encoder_layers", "sparse_every 0"});
  refused([](Json& c) { c["moe"]["expert_capacity"] = 4; }, {"'moe.expert_capacity' is 4", "token_choice with k 1"});
  refused([](Json& c) { c["moe"]["\x7f\x1b[2J"] = 3; }, {"unknown key '\\x7f\\x1b[2J'"});
  refused([](Json& c) { c["moe"]["gate"] = "\x1b[2J\n"; }, {"'gate' is '\\x1b[2J\\x0a', expected one of raw"});
  refused([](Json& c) { c["moe"]["k"] = "\x07"; }, {"'k' is '\\x07' in quotes, expected an integer"});
  refused([](Json& c) { c["is_encoder_decoder"] = "no"; }, {"'is_encoder_decoder' is \"no\", expected true or false"});
  refused(
      [](Json& c) {
        c["is_encoder_decoder"] = false;
        c["moe"]["routing"] = "expert_choice";
      },
      {"causal"});
}

TEST(ConfigJson, ItIsAnObject) {
  EXPECT_EQ(refusal(Json::parse("[]")), "m/config.json: found [], expected the keys of a model");
  EXPECT_EQ(refusal(Json::parse("3")), "m/config.json: found 3, expected the keys of a model");
  EXPECT_EQ(refusal(Json()), "m/config.json: found null, expected the keys of a model");
}

TEST(ConfigJson, KeysOfOthersAreLeftAlone) {
  Json config = t5();
  for (const char* key :
       {"n_positions", "output_past", "task_specific_params", "transformers_version", "torch_dtype"}) {
    config[key] = {{"anything", 3}};
  }
  EXPECT_EQ(text_of(options_from_config(config, "x")), text_of(tiny::options("dense_v11")));
}

TEST(ConfigJson, WhatIsMissingHasTransformersDefaults) {
  Json config = {{"model_type", "switch_transformers"},
                 {"vocab_size", 23},
                 {"d_model", 12},
                 {"d_kv", 5},
                 {"d_ff", 14},
                 {"num_heads", 3},
                 {"num_layers", 12},
                 {"num_experts", 8}};
  const ModelOptions o = options_from_config(config, "x");
  EXPECT_EQ(o.num_decoder_layers, 12);
  EXPECT_EQ(o.dropout, 0.1);
  EXPECT_EQ(o.relative_buckets, 32);
  EXPECT_EQ(o.relative_max_distance, 128);
  EXPECT_EQ(o.layer_norm_epsilon, 1e-6);
  EXPECT_TRUE(o.tied);
  EXPECT_EQ(o.moe.expert_capacity, 64);
  EXPECT_EQ(o.moe.jitter, 0.01);
  EXPECT_EQ(o.moe.z_loss, 0.001);
  EXPECT_EQ(o.moe.balance_loss, 0.001);
  EXPECT_EQ(o.sparse_layers(false), (std::vector<int64_t>{1, 5, 9}));  // 3 sparse layers: step 4
}

}  // namespace
}  // namespace flanmoe
