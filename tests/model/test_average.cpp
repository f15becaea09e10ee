// The mean of several models: of their weights to the bit, and what must be equal for there to be one.
#include "model/average.h"

#include "folder_case.h"
#include "model/manifest.h"

namespace flanmoe {
namespace {

class Average : public ModelFolderTest {
 protected:
  // A model folder with its own weights, as training writes them.
  std::filesystem::path stored(const std::string& name, const ModelOptions& options, uint64_t seed,
                               const std::string& vocabulary = "pieces") const {
    const std::filesystem::path folder = folder_ / name;
    std::filesystem::create_directories(folder);
    save_model(tiny::stirred(options, seed), folder);
    put(name + "/spiece.model", vocabulary);
    put(name + "/generation_config.json", "{\"num_beams\": 3}");
    write_manifest(folder);
    return folder;
  }
  std::string refusal(const std::vector<std::filesystem::path>& folders) const {
    const std::string message = message_of<UserError>([&] { average_models(folders, folder_ / "out"); });
    EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
    return message;
  }
};

TEST_F(Average, IsTheMeanOfEveryWeight) {
  for (const std::string& arm : tiny::arms()) {
    const ModelOptions options = tiny::options(arm);
    const std::vector<std::filesystem::path> folders = {stored(arm + "1", options, 1), stored(arm + "2", options, 2),
                                                        stored(arm + "3", options, 3)};
    const std::filesystem::path out = folder_ / (arm + "-mean");
    average_models(folders, out);
    const T5Model mean = load_model(out);
    std::vector<T5Model> models;
    for (const auto& folder : folders) models.push_back(load_model(folder));
    for (size_t i = 0; i < mean.parameters().size(); ++i) {
      at::Tensor sum = at::zeros(mean.parameters()[i].value.sizes(), at::kDouble);
      for (const T5Model& model : models) sum = sum + model.parameters()[i].value;
      EXPECT_TRUE(at::equal(mean.parameters()[i].value, (sum / 3.0).to(at::kFloat))) << mean.parameters()[i].name;
    }
    EXPECT_EQ(read_json(out / "config.json"), read_json(folders[0] / "config.json"));
    EXPECT_EQ(content_of(out / "spiece.model"), "pieces");
    EXPECT_EQ(content_of(out / "generation_config.json"), "{\"num_beams\": 3}");
    EXPECT_TRUE(damage_of(out, {"config.json", "spiece.model"}).empty());
  }
}

TEST_F(Average, OfEqualModelsIsTheirBits) {
  const ModelOptions options = tiny::options("gshard");
  average_models({stored("a", options, 1), stored("b", options, 1), stored("c", options, 1)}, folder_ / "out");
  EXPECT_EQ(content_of(folder_ / "out/model.safetensors"), content_of(folder_ / "a/model.safetensors"));
}

TEST_F(Average, OfModelsInOtherTypes) {
  const ModelOptions options = tiny::options("switch");
  const auto a = stored("a", options, 1);
  save_model(tiny::stirred(options, 1), a, {at::kBFloat16});
  std::filesystem::remove(a / "manifest.json");
  write_manifest(a);
  average_models({a, stored("b", options, 2)}, folder_ / "out");
  EXPECT_EQ(read_json(folder_ / "out/config.json").at("dtype"), "float32");
}

TEST_F(Average, WhatDiffersIsNamed) {
  const ModelOptions options = tiny::options("gshard");
  const auto a = stored("a", options, 1);
  const auto changed = [&](const std::string& name, const std::function<void(ModelOptions&)>& change) {
    ModelOptions other = options;
    change(other);
    return stored(name, other, 2);
  };
  const auto wide = changed("wide", [](ModelOptions& o) { o.d_ff = 15; });
  EXPECT_EQ(refusal({a, wide}), fmt::format("{}: 'd_ff' is 15, but 14 in {}; expected models of one configuration",
                                            wide.string(), a.string()));
  const auto experts = changed("experts", [](ModelOptions& o) { o.moe.num_experts = 6; });
  EXPECT_NE(refusal({a, experts}).find("'moe/num_experts' is 6, but 5 in"), std::string::npos);
  const auto capacity = changed("capacity", [](ModelOptions& o) { o.moe.capacity_factor_eval = 3.0; });
  EXPECT_NE(refusal({a, capacity}).find("'moe/capacity_factor_eval' is 3"), std::string::npos);
  EXPECT_NE(refusal({stored("dense", tiny::options("dense_v10"), 1), a}).find("but "), std::string::npos);
  EXPECT_NE(refusal({a, stored("words", options, 2, "others")}).find("its spiece.model is not that of"),
            std::string::npos);
  EXPECT_NE(refusal({a, folder_ / "none"}).find("none: no such model folder"), std::string::npos);
}

TEST_F(Average, DamageIsFound) {
  const ModelOptions options = tiny::options("switch");
  const auto a = stored("a", options, 1), b = stored("b", options, 2);
  std::string bytes = content_of(b / "model.safetensors");
  bytes.back() ^= 1;
  put("b/model.safetensors", bytes);
  EXPECT_NE(refusal({a, b}).find("model.safetensors"), std::string::npos);
}

}  // namespace
}  // namespace flanmoe
