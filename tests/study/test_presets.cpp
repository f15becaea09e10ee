// What the studies of configs/ promise together (docs/study-soundness.md).
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/files.h"
#include "moe/capacity.h"
#include "study/arms.h"
#include "study/cells.h"

namespace flanmoe {
namespace {

const std::filesystem::path kConfigs = std::filesystem::path(FLANMOE_SOURCE_DIR) / "configs";

StudyOptions preset(const std::filesystem::path& file) {
  StudyOptions options;
  load_study_options(load_config(file), options);
  return options;
}

// Of the built-in world, by name; without `smoke`, in which nothing is learned.
std::map<std::string, StudyOptions> studies_of_worlds() {
  std::map<std::string, StudyOptions> studies;
  for (const char* kind : {"study", "grids"}) {
    for (const std::filesystem::path& file : files_in(kConfigs / kind, ".yaml")) {
      const StudyOptions options = preset(file);
      if (options.kind == DataKind::kWorld && file.stem() != "smoke") studies.emplace(file.stem().string(), options);
    }
  }
  return studies;
}

// Sizes, rates and tasks were chosen on these (docs/world.md): a study on one of them confirms nothing.
const std::set<int64_t> kTuningWorlds = {11,  12,  21,  22,  23,  24,  25,  31,  101, 201,
                                         202, 203, 204, 301, 302, 303, 304, 305, 306};

TEST(Presets, StudyWorldsThatNothingWasTunedOn) {
  const auto studies = studies_of_worlds();
  EXPECT_GE(studies.size(), 12u);
  for (const auto& [name, options] : studies) {
    EXPECT_TRUE(options.world_by_seed) << name;
    for (int64_t seed = 1; seed <= options.protocol.looks.back(); ++seed)
      EXPECT_FALSE(kTuningWorlds.contains(world_options_of(options, seed).seed)) << name << " seed " << seed;
  }
}

// An expert's room is the factor's, rounded: no least number of rows makes a short prompt, which is a group of its own
// in evaluation, another model than the one that was trained.
TEST(Presets, RoomInEvaluationIsTheFactorsAlone) {
  for (const auto& [name, options] : studies_of_worlds()) {
    for (const ArmOptions& arm : resolve_arms(options, 1712)) {
      const MoeOptions& moe = arm.recipe.model.moe;
      if (moe.num_experts == 0) continue;
      EXPECT_EQ(moe.min_capacity, 1) << name << " " << arm.name;
      for (int64_t tokens = 12; tokens <= 256; ++tokens) {
        const double share =
            moe.capacity_factor_eval * static_cast<double>(tokens) / static_cast<double>(moe.num_experts);
        const auto room = static_cast<double>(expert_capacity(capacity_rule(moe, false), tokens, moe.num_experts));
        ASSERT_LE(std::abs(room - std::max(1.0, share)), 0.5) << name << " " << arm.name << " " << tokens;
      }
    }
  }
}

TEST(Presets, TheArmOfStMoeIsStMoe) {
  MoeOptions published;
  load_options(load_config(kConfigs / "model/st_moe.yaml").at("model").at("moe"), published);
  EXPECT_TRUE(published.extra_dense_ffn);
  size_t num_arms = 0;
  for (const auto& [name, options] : studies_of_worlds()) {
    for (const ArmOptions& arm : resolve_arms(options, 1712)) {
      if (arm.base != "st_moe") continue;
      MoeOptions own = arm.recipe.model.moe;
      own.min_capacity = published.min_capacity;
      own.balance_loss = published.balance_loss;
      EXPECT_EQ(dump_options(own), dump_options(published)) << name << " " << arm.name;
      ++num_arms;
    }
  }
  EXPECT_GE(num_arms, 3u);
}

// Rates that suit one way of finetuning and not the other would be what is measured.
TEST(Presets, EveryFinetuningSearchesItsRate) {
  size_t num_studies = 0;
  for (const auto& [name, options] : studies_of_worlds()) {
    if (options.finetune_sets.empty()) continue;
    EXPECT_GE(options.finetune_rates.size(), 3u) << name;
    EXPECT_LE(*std::min_element(options.finetune_rates.begin(), options.finetune_rates.end()), 0.003) << name;
    ++num_studies;
  }
  EXPECT_GE(num_studies, 2u);
}

}  // namespace
}  // namespace flanmoe
