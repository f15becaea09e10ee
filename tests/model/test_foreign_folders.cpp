// Folders as other libraries and other hands write them: what they say is done, or refused by name.
#include <cmath>

#include "folder_case.h"
#include "model/forward.h"

namespace flanmoe {
namespace {

constexpr const char* kHead = "lm_head.weight";

class ForeignFolder : public ModelFolderTest {
 protected:
  at::Tensor logits() const {
    TokenBatch batch;
    batch.source_ids = at::tensor({5, 9, 14, 1}, at::kLong).unsqueeze(0);
    batch.target_ids = at::tensor({7, 3, 1}, at::kLong).unsqueeze(0);
    return forward(load_model(model_), batch, {}).logits.detach();
  }
  void put_key(const std::string& key, const Json& value) const {
    change_config([&](Json& config) { config[key] = value; });
  }
  // Gives all tensors other names.
  void rename(const std::function<std::string(const std::string&)>& name) const {
    change([&](Tensors& tensors) {
      Tensors renamed;
      for (const auto& [old, value] : tensors) renamed[name(old)] = value;
      tensors = renamed;
    });
  }
};

double gap(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

// Transformers 5 ties in every T5 and says beside it whether logits are scaled.
TEST_F(ForeignFolder, ScaleDecoderOutputsDecides) {
  const double factor = std::sqrt(12.0);
  save("dense_v10");
  const at::Tensor scaled = logits();
  put_key("scale_decoder_outputs", true);
  EXPECT_EQ(gap(logits(), scaled), 0.0);
  EXPECT_EQ(load_model(model_).options().logit_scale, LogitScale::kByHead);
  put_key("scale_decoder_outputs", false);
  EXPECT_LT(gap(logits(), scaled * factor), 1e-5);
  EXPECT_TRUE(load_model(model_).options().tied);

  save("dense_v11");
  const at::Tensor plain = logits();
  put_key("tie_word_embeddings", true);
  put_key("scale_decoder_outputs", false);
  EXPECT_EQ(gap(logits(), plain), 0.0);
  put_key("scale_decoder_outputs", true);  // with a stored head of its own
  EXPECT_LT(gap(logits(), plain / factor), 1e-6);
  EXPECT_FALSE(load_model(model_).options().tied);
  put_key("scale_decoder_outputs", "yes");
  refusal({"config.json: 'scale_decoder_outputs' is \"yes\", expected true or false"});
}

// A head that equals the embedding is no contradiction where the scale is said.
TEST_F(ForeignFolder, ACopiedHeadIsTheEmbedding) {
  save("dense_v10");
  const at::Tensor scaled = logits();
  change([](Tensors& tensors) { tensors[kHead] = tensors.at("shared.weight"); });
  put_key("tie_word_embeddings", false);
  put_key("scale_decoder_outputs", false);
  EXPECT_LT(gap(logits(), scaled * std::sqrt(12.0)), 1e-5);
  EXPECT_TRUE(load_model(model_).options().tied);
}

TEST_F(ForeignFolder, TheScaleIsWrittenAndReadBack) {
  for (const LogitScale scale : {LogitScale::kAlways, LogitScale::kNever}) {
    for (const char* arm : {"dense_v10", "dense_v11", "switch", "decoder_dense"}) {
      ModelOptions o = tiny::options(arm);
      o.logit_scale = scale;
      save(o);
      const ModelOptions read = load_model(model_).options();
      EXPECT_EQ(read.scales_logits(), scale == LogitScale::kAlways) << arm;
      EXPECT_EQ(read.tied, o.tied) << arm;
    }
  }
  ModelOptions o = hugging_face_switch();  // transformers' Switch has no such key
  o.logit_scale = LogitScale::kNever;
  EXPECT_EQ(model_type_of(o), "flanmoe");
  save(hugging_face_switch());
  put_key("scale_decoder_outputs", true);
  refusal({"'scale_decoder_outputs' is true", "transformers' Switch does not read it"});
}

TEST_F(ForeignFolder, Mt5IsT5V11ByAnotherName) {
  save("dense_v11");
  const at::Tensor plain = logits();
  change_config([](Json& config) {
    config["model_type"] = "mt5";
    config["architectures"] = {"MT5ForConditionalGeneration"};
    for (const char* key : {"feed_forward_proj", "is_gated_act", "dense_act_fn", "tie_word_embeddings"})
      config.erase(key);  // its own defaults
  });
  EXPECT_EQ(gap(logits(), plain), 0.0);
  EXPECT_EQ(model_type_of(load_model(model_).options()), "t5");
  // As transformers 5 writes it: tied, and never scaled.
  put_key("tie_word_embeddings", true);
  change([](Tensors& tensors) { tensors.erase(kHead); });
  const at::Tensor scaled = logits();
  put_key("transformers_version", "5.24.0");
  EXPECT_LT(gap(logits(), scaled * std::sqrt(12.0)), 1e-5);
  put_key("transformers_version", "4.57.6");
  EXPECT_EQ(gap(logits(), scaled), 0.0);
  put_key("model_type", "umt5");
  refusal({"'model_type' is \"umt5\"", "a relative position bias in every layer"});
}

TEST_F(ForeignFolder, TheNamesOfWrappersAreTakenOff) {
  for (const std::string prefix : {"module.", "_orig_mod.", "module._orig_mod.", "_orig_mod.module."}) {
    for (const char* arm : {"dense_v11", "gshard"}) {
      save(arm);
      const at::Tensor expected = logits();
      rename([&](const std::string& name) { return prefix + name; });
      EXPECT_EQ(gap(logits(), expected), 0.0) << prefix;
    }
  }
  save("dense_v10");
  rename([](const std::string& name) { return (name.starts_with("encoder.") ? "module." : "") + name; });
  refusal({"tensor 'encoder."});  // of some only: no wrapper
}

TEST_F(ForeignFolder, AModelInsideOfAnotherIsRefusedByItsName) {
  for (const std::string prefix : {"model.", "transformer.", "base_model.model."}) {
    save("dense_v10");
    rename([&](const std::string& name) { return prefix + name; });
    refusal({"all names of tensors begin with '" + prefix.substr(0, prefix.find('.') + 1) + "'", "'shared.weight'",
             "save_pretrained('OUT')"});
  }
}

TEST_F(ForeignFolder, AnEncoderAloneIsSaidToBeOne) {
  save("dense_v10");
  change([](Tensors& tensors) {
    std::erase_if(tensors, [](const auto& entry) { return entry.first.starts_with("decoder."); });
  });
  refusal({"an encoder alone", "none of a decoder", "T5ForConditionalGeneration"});
  put_key("architectures", {"T5EncoderModel"});
  refusal({"config.json: 'architectures' is [\"T5EncoderModel\"]", "this is an encoder alone"});
  put_key("is_encoder_decoder", false);
  refusal({"'is_encoder_decoder' is false", "an encoder alone"});
}

TEST_F(ForeignFolder, OtherHeadsAreNamed) {
  for (const auto& [name, what] : {std::pair{"T5ForSequenceClassification", "a classifier, "},
                                   std::pair{"MT5ForTokenClassification", "a classifier of tokens"},
                                   std::pair{"T5ForQuestionAnswering", "an extractor of spans"}}) {
    save("dense_v10");
    put_key("architectures", {name});
    refusal({"config.json: 'architectures' is [\"" + std::string(name) + "\"]", what});
  }
}

TEST_F(ForeignFolder, MisspeltKeysAndNaNDoNotBecomeDefaults) {
  save("dense_v10");
  change_config([](Json& config) {
    config["num_decoder_layurs"] = config["num_decoder_layers"];
    config.erase("num_decoder_layers");
  });
  refusal({"config.json: the key 'num_decoder_layurs' is unknown; did you mean 'num_decoder_layers'"});
  save("dense_v10");
  std::string text = content_of(model_ / "config.json");
  text.replace(text.find("1e-06"), 5, "NaN");
  std::ofstream(model_ / "config.json") << text;
  refusal({"config.json:", "NaN stands for a value"});
  save("dense_v10");
  put_key("hidden_size", 16);
  refusal({"'hidden_size' is 16, expected none, or what 'd_model' says"});
  put_key("hidden_size", 12);
  EXPECT_EQ(load_model(model_).options().d_model, 12);
}

// What one type is made of says nothing of another, and is not passed over.
TEST_F(ForeignFolder, KeysOfOtherTypesAreToldOf) {
  const auto told = [&] {
    testing::internal::CaptureStderr();
    load_model(model_);
    return testing::internal::GetCapturedStderr();
  };
  save("dense_v11");
  EXPECT_EQ(told(), "");
  for (const char* key : {"num_experts", "num_sparse_encoder_layers", "router_z_loss_coef", "expert_capacity"}) {
    save("dense_v11");
    put_key(key, 3);
    const std::string said = told();
    EXPECT_NE(said.find(fmt::format("config.json: '{}' is 3, which is not read of a model of the type t5", key)),
              std::string::npos)
        << said;
  }
  save(hugging_face_switch());
  EXPECT_EQ(told(), "");
  put_key("moe", {{"num_experts", 5}});
  EXPECT_NE(told().find("'moe' is {\"num_experts\":5}, which is not read of a model of the type switch_transformers"),
            std::string::npos);
}

// A folder of Hugging Face's cache: snapshots/REV/FILE -> ../../blobs/HASH, sharded or not.
TEST_F(ForeignFolder, TheHubsCacheLoads) {
  for (const uint64_t shard : {uint64_t{0}, uint64_t{4000}}) {
    save(tiny::options("dense_v11"), {at::kFloat, shard});
    const at::Tensor expected = logits();
    const std::filesystem::path cache = folder_ / "models--a--b", snapshot = cache / "snapshots/abc";
    fs::remove_all(cache);
    fs::create_directories(cache / "blobs");
    fs::create_directories(snapshot);
    size_t number = 0;
    for (const auto& entry : fs::directory_iterator(model_)) {
      const std::string blob = "hash" + std::to_string(number++);
      fs::copy(entry.path(), cache / "blobs" / blob);
      fs::create_symlink("../../blobs/" + blob, snapshot / entry.path().filename());
    }
    fs::remove_all(model_);
    fs::rename(cache, folder_ / "moved");  // links are relative
    model_ = folder_ / "moved/snapshots/abc";
    EXPECT_EQ(gap(logits(), expected), 0.0) << shard;
    model_ = folder_ / "model";
    fs::remove_all(folder_ / "moved");
  }
}

}  // namespace
}  // namespace flanmoe
