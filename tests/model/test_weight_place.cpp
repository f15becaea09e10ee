// Each weight says what it is: counts and upcycling read that and no names.
#include "model/weight_place.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "model/weights.h"
#include "tiny.h"

namespace flanmoe {
namespace {

class WeightPlaces : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, WeightPlaces, ::testing::ValuesIn(tiny::arms()),
                         [](const auto& arm) { return arm.param; });

TEST_P(WeightPlaces, AreThoseOfTheNames) {
  const ModelOptions options = tiny::roomy_options(GetParam());
  const auto holds = [](const std::string& name, const char* text) { return name.find(text) != std::string::npos; };
  for (const WeightSpec& spec : weight_specs(options)) {
    SCOPED_TRACE(spec.name);
    const WeightPart part = spec.place.part;
    EXPECT_EQ(part == WeightPart::kExpert, holds(spec.name, ".experts."));
    EXPECT_EQ(part == WeightPart::kRouter, holds(spec.name, ".router."));
    EXPECT_EQ(part == WeightPart::kNorm, holds(spec.name, "layer_norm"));
    EXPECT_EQ(part == WeightPart::kRelativeBias, holds(spec.name, "relative_attention_bias"));
    EXPECT_EQ(part == WeightPart::kExtraFeedForward, holds(spec.name, "extra_mlp"));
    EXPECT_EQ(part == WeightPart::kHead, spec.name == "lm_head.weight");
    EXPECT_EQ(part == WeightPart::kEmbedding, spec.name == "shared.weight");
    EXPECT_EQ(spec.place.per_expert(), spec.shape.size() == 3);
    EXPECT_EQ(spec.place.stack.has_value(), holds(spec.name, "coder."));
    EXPECT_TRUE(!spec.place.stack || spec.name.starts_with(name_of(*spec.place.stack)));
    const std::string block = spec.place.layer ? ".block." + std::to_string(*spec.place.layer) + "." : "";
    EXPECT_TRUE(holds(spec.name, block.c_str()));
  }
}

TEST_P(WeightPlaces, AreDifferent) {
  std::set<std::tuple<WeightPart, int64_t, int64_t, std::string>> places;
  const auto specs = weight_specs(tiny::roomy_options(GetParam()));
  for (const WeightSpec& spec : specs) {
    const WeightPlace& p = spec.place;
    EXPECT_TRUE(
        places.emplace(p.part, p.stack ? static_cast<int64_t>(*p.stack) : -1, p.layer.value_or(-1), p.role).second)
        << spec.name;
  }
  EXPECT_EQ(places.size(), specs.size());
}

}  // namespace
}  // namespace flanmoe
