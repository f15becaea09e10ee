// The mixture files that ship, on the real data.
#include <cmath>

#include "base/files.h"
#include "data/mixture/mixture_options.h"
#include "data/mixture/mixture_stats.h"
#include "data/mixture/name_pattern.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

class RealMixture : public ::testing::Test {
 protected:
  void SetUp() override {
    data_ = std::filesystem::path(FLANMOE_SOURCE_DIR).parent_path() / "shared" / "data";
    if (!std::filesystem::is_directory(data_ / "niv2")) GTEST_SKIP() << "no real data in " << data_;
  }
  static MixtureOptions named(const std::string& name) {
    MixtureOptions options;
    load_options(load_config(home_folder() / "configs/mixtures" / (name + ".yaml")), options);
    return options;
  }
  std::map<std::string, int64_t> group_sizes(const std::string& name) const {
    std::map<std::string, int64_t> sizes;
    for (const TaskSpec& spec : mixture_specs(named(name), data_)) ++sizes[spec.group];
    return sizes;
  }
  std::filesystem::path data_;
};
using Sizes = std::map<std::string, int64_t>;

TEST_F(RealMixture, PartsHoldTheirTasks) {
  EXPECT_EQ(group_sizes("p3"), (Sizes{{"t0_sf", 91}}));
  EXPECT_EQ(group_sizes("niv2"), (Sizes{{"niv2", 254 - 18}}));
  EXPECT_EQ(group_sizes("cot"), (Sizes{{"cot", 7}}));
}

TEST_F(RealMixture, TheWholeHoldsTheTasksOfItsParts) {
  EXPECT_EQ(group_sizes("flan"), (Sizes{{"muffin", 3}, {"t0_sf", 91}, {"niv2", 254 - 18}, {"cot", 7}}));
  EXPECT_EQ(named("flan_a").tasks, named("flan").tasks);
  EXPECT_EQ(named("small").exclude, named("flan").exclude);
}

TEST_F(RealMixture, WhatIsDrawnIsWhatIsConfigured) {
  const MixtureOptions options = named("small");
  const MixtureStream stream(options, data_, 1);
  constexpr int64_t kDraws = 200'000;
  const MixtureStats stats = mixture_stats(stream, nullptr, kDraws);
  double configured = 0.0;
  for (const auto* entries : {&stats.tasks, &stats.groups}) {
    for (const TaskStats& entry : *entries) {
      const double drawn = 100.0 * static_cast<double>(entry.counts.draws) / kDraws;
      EXPECT_NEAR(drawn, 100.0 * entry.rate, 0.5) << entry.group << " " << entry.task;
    }
  }
  double sum = 0.0;
  for (const double proportion : options.proportions) sum += proportion;
  for (const TaskStats& group : stats.groups) {
    const auto place = std::find(options.groups.begin(), options.groups.end(), group.group) - options.groups.begin();
    EXPECT_NEAR(group.rate, options.proportions[static_cast<size_t>(place)] / sum, 1e-9) << group.group;
    configured += group.rate;
  }
  EXPECT_NEAR(configured, 1.0, 1e-9);
  double few_shot = 0.0;
  for (const TaskStats& group : stats.groups) few_shot += static_cast<double>(group.counts.few_shot);
  EXPECT_NEAR(100.0 * few_shot / kDraws, 50.0, 0.5);
}

}  // namespace
}  // namespace flanmoe
