// Model folders: what is written comes back, whole, in shards, in half precision, in another's order, mapped.
#include "folder_case.h"
#include "golden/golden_models.h"
#include "model/folder.h"
#include "model/parameter.h"

#include <fstream>
#include <sstream>

namespace flanmoe {
namespace {

// A causal model has no layers of an encoder: both numbers are its layers when it comes back.
ModelOptions as_read(ModelOptions options) {
  if (options.decoder_only) options.num_decoder_layers = options.num_layers;
  return options;
}

class FolderOfEveryArm : public ModelFolderTest, public ::testing::WithParamInterface<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, FolderOfEveryArm, ::testing::ValuesIn(tiny::arms()),
                         [](const auto& arm) { return arm.param; });

TEST_P(FolderOfEveryArm, ComesBackBitEqual) {
  const T5Model saved = save(GetParam());
  const T5Model loaded = load_model(model_);
  expect_same_weights(saved, loaded);
  const std::string options = text_of(as_read(saved.options()));
  EXPECT_EQ(text_of(loaded.options()), options);
  EXPECT_EQ(text_of(load_model_options(model_)), options);
  EXPECT_EQ(text_of(load_model_options(model_ / "config.json")), options);
  const bool is_t5 = GetParam().starts_with("dense");
  EXPECT_EQ(read_json(model_ / "config.json").at("model_type"), is_t5 ? "t5" : "flanmoe");
  EXPECT_EQ(read_json(model_ / "generation_config.json").at("eos_token_id"), 1);
}

TEST_P(FolderOfEveryArm, ComesBackBitEqualFromShards) {
  const T5Model saved = save(tiny::options(GetParam()), {at::kFloat, 2000});
  EXPECT_FALSE(fs::exists(model_ / "model.safetensors"));
  EXPECT_GT(load_tensor_folder(model_).file_of.size(), 1u);
  expect_same_weights(saved, load_model(model_));
}

TEST_P(FolderOfEveryArm, IsWrittenTheSameAgain) {
  save(GetParam());
  const T5Model loaded = load_model(model_);
  fs::create_directories(folder_ / "again");
  save_model(loaded, folder_ / "again");
  for (const char* file : {"config.json", "model.safetensors", "generation_config.json"}) {
    EXPECT_TRUE(content_of(model_ / file) == content_of(folder_ / "again" / file)) << file;
  }
}

using ModelFolder = ModelFolderTest;

// Hugging Face's rule with relu is Hugging Face's model; its sparse layers come back as a list.
TEST_F(ModelFolder, SwitchTransformersComesBack) {
  const T5Model saved = save(hugging_face_switch());
  EXPECT_EQ(read_json(model_ / "config.json").at("model_type"), "switch_transformers");
  const T5Model loaded = load_model(model_);
  expect_same_weights(saved, loaded);
  ModelOptions expected = saved.options();
  expected.moe.sparse_every = 0;
  expected.moe.sparse_encoder_layers = expected.moe.sparse_decoder_layers = {1};
  EXPECT_EQ(text_of(loaded.options()), text_of(expected));
}

// What switch_transformers has no key for is kept as flanmoe.
TEST_F(ModelFolder, OtherModelsOfHuggingFacesRuleComeBack) {
  const std::map<std::string, std::function<void(ModelOptions&)>> others = {
      {"gated", [](ModelOptions& o) { o.gated = true; }},
      {"causal", [](ModelOptions& o) { o.decoder_only = true; }},
      {"expert dropout", [](ModelOptions& o) { o.moe.expert_dropout = 0.25; }},
      {"no step", [](ModelOptions& o) {
         o.moe.sparse_every = 0;
         o.moe.sparse_decoder_layers = {0, 1};
       }}};
  for (const auto& [name, change] : others) {
    SCOPED_TRACE(name);
    ModelOptions options = hugging_face_switch();
    change(options);
    const T5Model saved = save(options);
    EXPECT_EQ(read_json(model_ / "config.json").at("model_type"), "flanmoe");
    const T5Model loaded = load_model(model_);
    expect_same_weights(saved, loaded);
    EXPECT_EQ(text_of(loaded.options()), text_of(as_read(options)));
  }
}

TEST_F(ModelFolder, HalfPrecisionIsReadAsFloat32) {
  const T5Model model = tiny::stirred(tiny::options("gshard"));
  for (const at::ScalarType dtype : {at::kBFloat16, at::kHalf}) {
    for (const uint64_t most : {0, 2000}) {
      save(tiny::options("gshard"), {dtype, most});
      EXPECT_EQ(read_json(model_ / "config.json").at("dtype"), dtype == at::kHalf ? "float16" : "bfloat16");
      EXPECT_EQ(load_tensor_folder(model_).tensors.at("shared.weight").scalar_type(), dtype);
      const T5Model loaded = load_model(model_);
      for (size_t i = 0; i < model.parameters().size(); ++i) {
        const Parameter &original = model.parameters()[i], &read = loaded.parameters()[i];
        ASSERT_EQ(read.value.scalar_type(), at::kFloat);
        EXPECT_TRUE(read.value.equal(original.value.to(dtype).to(at::kFloat))) << original.name;
      }
    }
  }
}

TEST_F(ModelFolder, DoublePrecisionIsReadAsFloat32) {
  const T5Model saved = save("dense_v11");
  change([](Tensors& tensors) {
    for (auto& [name, value] : tensors) value = value.to(at::kDouble);
  });
  expect_same_weights(saved, load_model(model_));
}

// Whether memory is a mapping of a file of that name.
bool is_mapped_from(const at::Tensor& value, const std::string& file) {
  const auto place = reinterpret_cast<uintptr_t>(value.const_data_ptr());
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    uintptr_t begin = 0, end = 0;
    char dash = 0;
    words >> std::hex >> begin >> dash >> end;
    if (begin <= place && place < end) return line.ends_with("/" + file);
  }
  return false;
}

TEST_F(ModelFolder, ABalanceLossOfExpertChoiceComesBack) {
  ModelOptions options = tiny::options("expert_choice");
  options.moe.balance_expert_choice = true;
  save(options);
  EXPECT_TRUE(load_model_options(model_).moe.balance_expert_choice);
  change_config([](Json& config) { config["moe"].erase("balance_expert_choice"); });  // a folder of before
  EXPECT_FALSE(load_model_options(model_).moe.balance_expert_choice);
}

TEST_F(ModelFolder, OurOwnFilesAreMappedWithoutACopy) {
  save("gshard");
  const T5Model loaded = load_model(model_);
  for (const Parameter& parameter : loaded.parameters()) {
    EXPECT_TRUE(is_mapped_from(parameter.value, "model.safetensors")) << parameter.name;
  }
}

// Another's writer sorts by name: expert_0.wi_0, expert_0.wi_1, expert_0.wo, expert_1.wi_0; and expert_10 before 2.
TEST_F(ModelFolder, InterleavedExpertsAreStackedByACopy) {
  ModelOptions options = tiny::options("gshard");
  options.moe.num_experts = 12;
  const T5Model saved = save(options);
  change([](Tensors&) {});
  const T5Model loaded = load_model(model_);
  expect_same_weights(saved, loaded);
  for (const Parameter& parameter : loaded.parameters()) {
    EXPECT_EQ(is_mapped_from(parameter.value, "model.safetensors"), !parameter.place.per_expert()) << parameter.name;
  }
}

// Weights stay writable, and what is written does not reach the file.
TEST_F(ModelFolder, AMappedFileIsNotChangedByTraining) {
  save("switch");
  const std::string before = content_of(model_ / "model.safetensors");
  const T5Model loaded = load_model(model_);
  for (const Parameter& parameter : loaded.parameters()) parameter.value.detach().fill_(3.0);
  EXPECT_TRUE(content_of(model_ / "model.safetensors") == before);
}

TEST_F(ModelFolder, WeightsOutliveTheFolder) {
  const T5Model saved = save("switch");
  const T5Model loaded = load_model(model_);
  fs::remove_all(model_);
  expect_same_weights(saved, loaded);
}

// What transformers wrote: the same tensors, and the same values of the keys that both write.
TEST_F(ModelFolder, FoldersOfTransformersAreWrittenBackAsTheyWere) {
  if (golden::model_cases().empty()) GTEST_SKIP() << "no golden cases in " << golden::root();
  for (const std::string& name : golden::model_cases()) {
    SCOPED_TRACE(name);
    fs::create_directories(folder_ / name);
    save_model(load_model(golden::root() / name), folder_ / name);
    const Tensors theirs = load_tensor_folder(golden::root() / name).tensors;
    const Tensors ours = load_tensor_folder(folder_ / name).tensors;
    EXPECT_EQ(ours.size(), theirs.size());
    for (const auto& [tensor, value] : theirs) EXPECT_TRUE(ours.at(tensor).equal(value)) << tensor;
    const Json original = read_json(golden::root() / name / "config.json");
    const Json written = read_json(folder_ / name / "config.json");
    for (const auto& [key, value] : written.items()) {
      if (original.contains(key) && key != "add_router_probs") {
        EXPECT_EQ(value, original.at(key)) << key;
      }
    }
  }
}

}  // namespace
}  // namespace flanmoe
