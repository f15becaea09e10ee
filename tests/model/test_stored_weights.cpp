// What a folder may hold beside or instead of what config.json says, and what is refused by name, shape and place.
#include "model/stored_weights.h"

#include <limits>

#include "folder_case.h"

namespace flanmoe {
namespace {

using StoredWeightsTest = ModelFolderTest;

constexpr const char* kQuery = "encoder.block.1.layer.0.SelfAttention.q.weight";
constexpr const char* kBias = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
constexpr const char* kExpert = "decoder.block.1.layer.2.mlp.experts.expert_3.wo.weight";
constexpr const char* kHead = "lm_head.weight";
constexpr const char* kShared = "shared.weight";
constexpr const char* kEncoderAlias = "encoder.embed_tokens.weight";
constexpr const char* kDecoderAlias = "decoder.embed_tokens.weight";

TEST_F(StoredWeightsTest, AMissingTensorIsNamedWithItsShapeAndKeys) {
  const std::vector<std::array<std::string, 2>> missing = {
      {kShared, "[23, 12] (vocab_size x d_model)"},
      {kQuery, "[15, 12] (num_heads * d_kv x d_model)"},
      {kBias, "[32, 3] (relative_attention_num_buckets x num_heads)"},
      {"decoder.block.2.layer.1.EncDecAttention.o.weight", "[12, 15] (d_model x num_heads * d_kv)"},
      {"decoder.block.0.layer.2.mlp.wi.weight", "[14, 12] (d_ff x d_model)"},
      {"encoder.block.1.layer.1.layer_norm.weight", "[12] (d_model)"},
      {"encoder.block.1.layer.1.mlp.router.classifier.weight", "[5, 12] (num_experts x d_model)"},
      {kExpert, "[12, 14] (d_model x d_ff)"},
      {"decoder.final_layer_norm.weight", "[12] (d_model)"}};
  for (const auto& [name, shape] : missing) {
    save("switch");
    change([&](Tensors& tensors) { EXPECT_EQ(tensors.erase(name), 1u) << name; });
    refusal({model_.string() + ": tensor '" + name + "' is missing; expected shape " + shape});
  }
}

TEST_F(StoredWeightsTest, ATensorTooManyIsNamed) {
  for (const std::string name :
       {"encoder.block.2.layer.0.layer_norm.weight", "decoder.block.1.layer.2.mlp.experts.expert_5.wi.weight",
        "encoder.block.0.layer.1.mlp.wi_1.weight",
        "decoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight", "shared",
        "x.mlp.router.classifier.weight", "encoder.block.01.layer.1.mlp.router.classifier.weight"}) {
    save("switch");
    change([&](Tensors& tensors) { tensors[name] = at::ones({12}); });
    refusal(
        {weights() + ": tensor '" + name + "' is not part of the model that config.json describes (1 such tensors)"});
  }
  save("switch");
  change([](Tensors& tensors) { tensors["a\x1b[2J\n"] = tensors["b"] = at::ones({1}); });
  refusal({"tensor 'a\\x1b[2J\\x0a' is not part of the model", "(2 such tensors)"});
}

TEST_F(StoredWeightsTest, AMisshapenTensorIsNamedWithBothShapesAndKeys) {
  const std::vector<std::array<std::string, 2>> misshapen = {
      {kShared, "expected [23, 12] (vocab_size x d_model of config.json)"},
      {kQuery, "expected [15, 12] (num_heads * d_kv x d_model of config.json)"},
      {kBias, "expected [32, 3] (relative_attention_num_buckets x num_heads of config.json)"},
      {kExpert, "expected [12, 14] (d_model x d_ff of config.json)"}};
  for (const auto& [name, expected] : misshapen) {
    for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{}, {0}, {3, 2}, {15, 12, 1}}) {
      save("switch");
      change([&](Tensors& tensors) { tensors.at(name) = at::zeros(shape); });
      refusal({weights() + ": tensor '" + name + "' has shape [" + fmt::format("{}", fmt::join(shape, ", ")) + "], " +
               expected});
    }
  }
}

TEST_F(StoredWeightsTest, AConfigOfOtherSizesIsContradicted) {
  const auto refused = [&](const char* key, int64_t value, const std::vector<std::string>& parts) {
    save("switch");
    change_config([&](Json& config) { (std::string(key) == "num_experts" ? config["moe"] : config)[key] = value; });
    refusal(parts);
  };
  refused("vocab_size", 24, {"'shared.weight' has shape [23, 12], expected [24, 12] (vocab_size x d_model"});
  refused("d_kv", 6, {"SelfAttention.q.weight' has shape [15, 12], expected [18, 12] (num_heads * d_kv x d_model"});
  refused("num_heads", 5,
          {"SelfAttention.q.weight' has shape [15, 12], expected [25, 12] (num_heads * d_kv x d_model"});
  refused("d_ff", 13, {"has shape [14, 12], expected [13, 12] (d_ff x d_model"});
  refused("num_layers", 3, {"'encoder.block.2.layer.0.layer_norm.weight' is missing"});
  refused("num_decoder_layers", 2, {"'decoder.block.2.", "is not part of the model that config.json describes"});
  refused("num_experts", 6, {"router.classifier.weight' has shape [5, 12], expected [6, 12] (num_experts x d_model"});
  refused("d_ff", INT32_MAX, {"has shape [14, 12], expected [2147483647, 12]"});
  refused("num_layers", 10'000, {"'encoder.block.2.layer.0.layer_norm.weight' is missing"});
}

TEST_F(StoredWeightsTest, WeightsAreNoIntegers) {
  for (const at::ScalarType type : {at::kLong, at::kInt, at::kShort, at::kChar, at::kByte, at::kBool}) {
    for (const char* name : {kQuery, kExpert, kShared}) {
      save("switch");
      change([&](Tensors& tensors) { tensors.at(name) = at::ones(tensors.at(name).sizes(), type); });
      refusal(
          {weights() + ": tensor '" + name + "' has type " + dtype_name(type) + ", expected F32, F16, BF16 or F64"});
    }
  }
}

TEST_F(StoredWeightsTest, NumbersThatAreNoneAreNamedByElement) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble}) {
    for (const char* name : {kQuery, kExpert, kShared}) {
      save("switch");
      const auto put = [&](float bad, int64_t element) {
        change([&](Tensors& tensors) {
          tensors.at(name) = tensors.at(name).to(type);
          tensors.at(name).view({-1})[element].fill_(bad);
        });
      };
      const std::string holds = weights() + ": tensor '" + name + "' holds ";
      const int64_t last = load_tensor_folder(model_).tensors.at(name).numel() - 1;
      put(infinity, last);
      refusal({fmt::format("{}inf at element {} (1 of {} are not finite); expected finite numbers", holds, last,
                           last + 1)});
      put(NAN, 17);
      refusal({fmt::format("{}nan at element 17 (2 of {} are not finite)", holds, last + 1)});
      put(-infinity, 0);
      refusal({fmt::format("{}-inf at element 0 (3 of {} are not finite)", holds, last + 1)});
    }
  }
}

TEST_F(StoredWeightsTest, ADoubleBeyondFloat32IsNoNumber) {
  save("dense_v10");
  change([](Tensors& tensors) {
    tensors.at(kQuery) = tensors.at(kQuery).to(at::kDouble);
    tensors.at(kQuery).view({-1})[3].fill_(1e300);
  });
  refusal({std::string("tensor '") + kQuery + "' holds inf at element 3"});
}

TEST_F(StoredWeightsTest, AliasesOfTheEmbeddingAreOneTensor) {
  for (const char* alias : {kEncoderAlias, kDecoderAlias}) {
    const T5Model saved = save("dense_v11");
    change([&](Tensors& tensors) { tensors[alias] = tensors.at(kShared); });
    expect_same_weights(saved, load_model(model_));
    change([&](Tensors& tensors) { tensors.erase(kShared); });
    expect_same_weights(saved, load_model(model_));
    const char* other = alias == kEncoderAlias ? kDecoderAlias : kEncoderAlias;
    change([&](Tensors& tensors) { tensors[other] = tensors.at(alias); });
    expect_same_weights(saved, load_model(model_));
  }
}

TEST_F(StoredWeightsTest, AliasesThatDifferAreRefused) {
  const auto refused = [&](const char* alias, const at::Tensor& value) {
    save("dense_v11");
    change([&](Tensors& tensors) { tensors[alias] = value; });
    refusal(
        {weights() + ": '" + alias + "' differs from 'shared.weight'; expected one embedding for encoder and decoder"});
  };
  const at::Tensor shared = save("dense_v11").parameters()[0].value.detach();
  for (const char* alias : {kEncoderAlias, kDecoderAlias}) {
    at::Tensor changed = shared.clone();
    changed[22][11] += 1.0;
    refused(alias, changed);
    refused(alias, shared.slice(0, 0, 22));
    refused(alias, shared.to(at::kDouble));
  }
  save("dense_v11");
  change([&](Tensors& tensors) {
    tensors.erase(kShared);
    tensors[kEncoderAlias] = at::ones({23, 12});
    tensors[kDecoderAlias] = at::zeros({23, 12});
  });
  refusal({kDecoderAlias, "expected one embedding for encoder and decoder"});
}

// The cause is named, not that it is unequal to itself.
TEST_F(StoredWeightsTest, AnAliasedEmbeddingWithoutANumberIsNamedForThat) {
  save("dense_v10");
  change([](Tensors& tensors) {
    tensors.at(kShared)[1][2] = NAN;
    tensors[kEncoderAlias] = tensors[kHead] = tensors.at(kShared);
  });
  refusal({"tensor 'shared.weight' holds nan at element 14"});
}

// Which head a model has: by what is stored, and config.json must not contradict it.
TEST_F(StoredWeightsTest, TheHeadIsWhatIsStored) {
  for (const bool tie : {true, false}) {
    save("dense_v11");
    change_config([&](Json& config) { config["tie_word_embeddings"] = tie; });
    const T5Model untied = load_model(model_);  // another head is stored
    EXPECT_FALSE(untied.options().tied);
    EXPECT_EQ(untied.parameters().back().name, kHead);
    change([](Tensors& tensors) { tensors[kHead] = tensors.at(kShared); });
    if (tie) {
      EXPECT_TRUE(load_model(model_).options().tied);
    } else {
      refusal({(model_ / "config.json").string(),
               "'tie_word_embeddings' is false but 'lm_head.weight' equals 'shared.weight'",
               "expected true, or another head"});
    }
    change([](Tensors& tensors) { tensors.erase(kHead); });
    if (tie) {
      EXPECT_TRUE(load_model(model_).options().tied);
    } else {
      refusal({(model_ / "config.json").string(),
               "'tie_word_embeddings' is false but no tensor 'lm_head.weight' is stored; expected one, or true"});
    }
  }
}

TEST_F(StoredWeightsTest, TheHeadOfAnotherConverterIsKnown) {
  constexpr const char* kOther = "decoder.logits_dense.weight";
  const T5Model saved = save("dense_v11");
  change([](Tensors& tensors) {
    tensors[kOther] = tensors.at(kHead);
    tensors.erase(kHead);
  });
  expect_same_weights(saved, load_model(model_));
  change([](Tensors& tensors) { tensors[kHead] = tensors.at(kOther); });  // both, and equal
  expect_same_weights(saved, load_model(model_));
  change([](Tensors& tensors) { tensors.at(kOther)[0][0] += 1.0; });
  refusal({weights() + ": 'decoder.logits_dense.weight' differs from 'lm_head.weight'; expected one head"});
  change([](Tensors& tensors) {
    tensors.erase(kHead);
    tensors.at(kOther) = at::ones({3});
  });
  refusal({weights() + ": tensor 'lm_head.weight' has shape [3], expected [23, 12]"});
}

TEST_F(StoredWeightsTest, TheStaleBiasOfOldFilesIsNotRead) {
  const T5Model saved = save("dense_v10");
  change([](Tensors& tensors) {
    tensors["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"] = at::full({32, 3}, NAN);
  });
  expect_same_weights(saved, load_model(model_));
}

// Published files contradict themselves: which layers are sparse is in the names of the tensors.
TEST_F(StoredWeightsTest, TheSparseLayersOfASwitchAreThoseStored) {
  const T5Model saved = save(hugging_face_switch());
  for (const int64_t step : {0, 1, 2, 3}) {
    change_config([&](Json& config) {
      config["encoder_sparse_step"] = step;
      config["decoder_sparse_step"] = step;
    });
    const T5Model loaded = load_model(model_);
    expect_same_weights(saved, loaded);
    EXPECT_EQ(loaded.options().sparse_layers(false), (std::vector<int64_t>{1}));
    EXPECT_EQ(loaded.options().sparse_layers(true), (std::vector<int64_t>{1}));
  }
}

// switch-xxl says so nowhere else.
TEST_F(StoredWeightsTest, AGatedSwitchIsKnownByItsTensors) {
  ModelOptions options = hugging_face_switch();
  const Json config = config_of(options);
  options.gated = true;
  const T5Model saved = save(options);
  write_json(model_ / "config.json", config);
  EXPECT_FALSE(load_model_options(model_).gated);
  const T5Model loaded = load_model(model_);
  EXPECT_TRUE(loaded.options().gated);
  expect_same_weights(saved, loaded);
}

TEST_F(StoredWeightsTest, FoldersThatAreNoModels) {
  const auto refused = [&](const std::filesystem::path& path, const std::vector<std::string>& parts) {
    const std::string message = message_of<UserError>([&] { load_model(path); });
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
  };
  refused(model_, {model_.string() + ": no such model folder"});
  refused(put("file", "x"), {"file: no such model folder"});
  refused(folder_ / std::string(300, 'x'), {": no such model folder"});
  fs::create_symlink("loop", folder_ / "loop");
  refused(folder_ / "loop", {"loop: no such model folder"});
  fs::create_directories(model_);
  refused(model_, {"cannot read " + (model_ / "config.json").string() + ": No such file"});
  put("model/config.json", "{\n\"model_type\": \"t5\",\n");
  refused(model_, {(model_ / "config.json").string() + ":3: malformed JSON"});
  save("dense_v10");
  fs::remove(model_ / "model.safetensors");
  refused(model_, {model_.string() + ": no weights here; expected model.safetensors or model.safetensors.index.json"});
}

// Wherever the file of a model is cut off, it is refused by name.
TEST_F(StoredWeightsTest, ATruncatedModelIsRefused) {
  save("dense_v10");
  const std::string bytes = content_of(weights());
  for (size_t length = 0; length < bytes.size(); length += 97) {
    fs::resize_file(weights(), 0);
    put("model/model.safetensors", bytes.substr(0, length));
    refusal({weights() + ": "});
  }
}

}  // namespace
}  // namespace flanmoe
