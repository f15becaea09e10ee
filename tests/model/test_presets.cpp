// The presets of configs/model are the published models: exact parameter counts where they are known
// (docs/routing.md 16.1), else the sums of flaxformer's open configurations (t5x/configs/moe).
#include <gtest/gtest.h>

#include "base/config.h"
#include "model/counts.h"
#include "model/weights.h"

namespace flanmoe {
namespace {

struct Section {
  ModelOptions model;
  void fields(FieldVisitor& v) { v.section("model", model, ""); }
};

ModelOptions preset(const std::string& name, const std::vector<std::string>& overrides = {}) {
  Section section;
  const auto file = std::filesystem::path(FLANMOE_SOURCE_DIR) / "configs/model" / (name + ".yaml");
  load_options(with_overrides(load_config(file), overrides), section);
  section.model.check();
  return section.model;
}

int64_t total(const std::string& name, const std::vector<std::string>& overrides = {}) {
  return count_model(preset(name, overrides)).total_parameters;
}

TEST(Presets, DenseModelsHaveTheirPublishedSizes) {
  EXPECT_EQ(total("t5_v1_0_small"), 60506624);
  EXPECT_EQ(total("t5_v1_0_base"), 222903552);
  EXPECT_EQ(total("t5_v1_0_large"), 737668096);
  EXPECT_EQ(total("t5_v1_0_xl"), 2851598336);
  EXPECT_EQ(total("t5_v1_0_xxl"), 11307321344);
  EXPECT_EQ(total("t5_v1_1_small"), 76961152);
  EXPECT_EQ(total("t5_v1_1_base"), 247577856);
  EXPECT_EQ(total("t5_v1_1_large"), 783150080);
  EXPECT_EQ(total("t5_v1_1_xl"), 2849757184);
  EXPECT_EQ(total("t5_v1_1_xxl"), 11135332352);
}

TEST(Presets, SwitchModelsHaveTheirPublishedSizes) {
  EXPECT_EQ(total("switch_base", {"model.moe.num_experts=8"}), 619339008);
  EXPECT_NEAR(static_cast<double>(total("switch_base", {"model.moe.num_experts=16"})), 1.07e9, 0.01e9);
  EXPECT_NEAR(static_cast<double>(total("switch_base")), 7.4e9, 0.05e9);
  EXPECT_NEAR(static_cast<double>(total("switch_large")), 26.3e9, 0.1e9);
  EXPECT_NEAR(static_cast<double>(total("switch_xxl")), 395e9, 1e9);
  // The index of the published switch-base-64 lists four copies of the embedding, switch-base-256 likewise.
  const int64_t embedding = 32128 * 768;
  EXPECT_EQ(4 * (total("switch_base", {"model.moe.num_experts=64"}) + 3 * embedding), 15459087360);
  EXPECT_EQ(4 * (total("switch_base", {"model.moe.num_experts=256"}) + 3 * embedding), 58952709120);
}

TEST(Presets, OtherSparseModels) {
  EXPECT_NEAR(static_cast<double>(total("st_moe_32b")), 269.1e9, 0.05e9);
  EXPECT_NEAR(static_cast<double>(total("gshard_small")), 0.27e9, 0.005e9);
  EXPECT_NEAR(static_cast<double>(total("expert_choice_small")), 0.47e9, 0.005e9);
  EXPECT_NEAR(static_cast<double>(total("gshard_base")), 2.03e9, 0.01e9);
  EXPECT_NEAR(static_cast<double>(total("expert_choice_base")), 3.82e9, 0.01e9);
  EXPECT_NEAR(static_cast<double>(total("gshard_large")), 7.3e9, 0.05e9);
  EXPECT_NEAR(static_cast<double>(total("expert_choice_large")), 13.9e9, 0.05e9);
  EXPECT_NEAR(static_cast<double>(total("gshard_xl")), 27e9, 0.5e9);
  EXPECT_NEAR(static_cast<double>(total("expert_choice_xl")), 50e9, 0.5e9);
}

TEST(Presets, ForwardFlopsAreThePapersConvention) {
  const ModelCounts base = count_model(preset("t5_v1_1_base"));
  EXPECT_NEAR(base.encoder_flops, 0.170e9, 0.0005e9);
  EXPECT_NEAR(base.decoder_flops, 0.276e9, 0.0005e9);
  EXPECT_NEAR(base.flops_per_token, 0.223e9, 0.0005e9);
  EXPECT_NEAR(count_model(preset("t5_v1_1_small")).flops_per_token, 0.060e9, 0.0005e9);
  EXPECT_NEAR(count_model(preset("t5_v1_1_xl")).flops_per_token, 2.78e9, 0.01e9);
  EXPECT_NEAR(count_model(preset("t5_v1_1_xxl")).flops_per_token, 11.0e9, 0.05e9);
}

TEST(Counts, PartsAddUpToTheTotal) {
  for (const char* name : {"t5_v1_0_small", "t5_v1_1_base", "switch_base", "gshard_base", "st_moe_base", "st_moe_32b",
                           "expert_choice_small"}) {
    int64_t sum = 0, specs = 0;
    for (const PartCount& part : count_parts(preset(name))) sum += part.total();
    for (const WeightSpec& spec : weight_specs(preset(name))) {
      int64_t size = 1;
      for (const int64_t n : spec.shape) size *= n;
      specs += size;
    }
    EXPECT_EQ(sum, total(name)) << name;
    EXPECT_EQ(specs, total(name)) << name;
  }
}

TEST(Twins, AgreeInFlopsBothWays) {
  for (const char* name : {"switch_base", "gshard_base", "st_moe_base", "st_moe_xl", "expert_choice_small"}) {
    const ModelOptions sparse = preset(name), dense = dense_twin(sparse);
    const double wanted = count_model(sparse).flops_per_token;
    EXPECT_EQ(dense.moe.num_experts, 0) << name;
    EXPECT_NEAR(count_model(dense).flops_per_token / wanted, 1.0, 0.01) << name;
    const ModelOptions back = sparse_twin(dense, sparse.moe);
    EXPECT_NEAR(count_model(back).flops_per_token / wanted, 1.0, 0.01) << name;
    EXPECT_EQ(back.moe.num_experts, sparse.moe.num_experts) << name;
  }
}

}  // namespace
}  // namespace flanmoe
