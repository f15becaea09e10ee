// Pooled statistics of many texts against a recount of the per-token routing, and the laws of capacity.
#include "analysis/routing.h"

#include <cfenv>
#include <cmath>

#include "routing_case.h"

namespace flanmoe {
namespace {

class Routing : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, Routing, ::testing::Values("switch", "gshard", "st_moe", "expert_choice"),
                         [](const auto& arm) { return arm.param; });

RoutingOptions rows_of(int64_t rows, EvalGroup eval_group) {
  RoutingOptions options;
  options.rows_per_batch = rows;
  options.eval_group = eval_group;
  return options;
}

void expect_counts(const ClassRouting& found, const routed::Counts& expected) {
  EXPECT_EQ(found.num_tokens, expected.tokens);
  EXPECT_EQ(found.num_dropped_tokens, expected.dropped);
  EXPECT_EQ(found.num_unchosen_tokens, expected.unchosen);
  EXPECT_EQ(found.kept, expected.kept);
}

int64_t sum(const std::vector<int64_t>& counts) {
  int64_t total = 0;
  for (const int64_t count : counts) total += count;
  return total;
}

TEST(UtilisationCeiling, IsChoicesOverTheFactorOfThePhase) {
  MoeOptions moe;
  moe.num_experts = 8;
  moe.k = 1;
  moe.capacity_factor_train = 1.25;
  moe.capacity_factor_eval = 2.0;
  EXPECT_EQ(utilisation_ceiling(moe, false, false), 0.5);
  EXPECT_EQ(utilisation_ceiling(moe, false, true), 0.8);
  moe.k = 2;
  EXPECT_EQ(utilisation_ceiling(moe, false, false), std::nullopt);  // room for just as many
  EXPECT_EQ(utilisation_ceiling(moe, false, true), std::nullopt);
  moe.capacity_factor_eval = 4.0;
  EXPECT_EQ(utilisation_ceiling(moe, false, false), 0.5);
  moe.routing = RoutingRule::kExpertChoice;
  moe.decoder_routing = DecoderRouting::kTokenChoice;
  EXPECT_EQ(utilisation_ceiling(moe, false, false), std::nullopt);  // every expert is full
  EXPECT_EQ(utilisation_ceiling(moe, true, false), 0.5);
  moe.capacity_factor_eval = 0.0;
  EXPECT_EQ(utilisation_ceiling(moe, true, false), std::nullopt);  // no factor
}

TEST_P(Routing, TotalsEqualARecount) {
  const T5Model model = routed::tight_model(GetParam());
  const std::vector<TextIds> texts = routed::texts();
  for (const EvalGroup group : {EvalGroup::kBatch, EvalGroup::kSequence}) {
    for (const size_t rows : {4u, 64u}) {
      SCOPED_TRACE(name_of(group) + " " + std::to_string(rows));
      const auto layers =
          analyze_routing(model, routed::tokenizer(), texts, rows_of(static_cast<int64_t>(rows), group));
      const auto expected = routed::recount(model, texts, group, rows);
      ASSERT_EQ(layers.size(), 2u);  // layer 1 of each stack
      ASSERT_EQ(expected.size(), 2u);
      for (size_t i = 0; i < layers.size(); ++i) {
        const MoeStatistics& s = layers[i].statistics;
        EXPECT_EQ(s.stack, i == 0 ? Stack::kEncoder : Stack::kDecoder);
        EXPECT_EQ(s.layer, 1);
        EXPECT_EQ(s.num_tokens, expected[i].all.tokens);
        EXPECT_EQ(s.kept, expected[i].all.kept);
        EXPECT_EQ(s.num_dropped_tokens, expected[i].all.dropped);
        EXPECT_EQ(s.num_unchosen_tokens, expected[i].all.unchosen);
        const bool experts_choose = GetParam() == "expert_choice" && s.stack == Stack::kEncoder;
        EXPECT_EQ(s.num_choices, experts_choose ? sum(s.kept) : expected[i].all.asked);
        EXPECT_EQ(s.num_dropped_choices, s.num_choices - sum(s.kept));
        EXPECT_GT(s.num_dropped_tokens + s.num_unchosen_tokens, 0) << "nothing went without: the test tests little";
        for (size_t c = 0; c < 4; ++c) expect_counts(layers[i].classes[c], expected[i].classes[c]);
      }
    }
  }
}

TEST_P(Routing, TokensOfTheClassesAreTheTokensOfTheTexts) {
  const std::vector<TextIds> texts = routed::texts();
  int64_t num_source = 0, num_target = 0;
  for (const TextIds& text : texts) {
    num_source += static_cast<int64_t>(text.source.size());
    num_target += static_cast<int64_t>(text.target.size());
  }
  const auto layers = analyze_routing(routed::tight_model(GetParam()), routed::tokenizer(), texts, {});
  for (const LayerRouting& layer : layers) {
    int64_t total = 0;
    for (const ClassRouting& counts : layer.classes) total += counts.num_tokens;
    EXPECT_EQ(total, layer.statistics.stack == Stack::kEncoder ? num_source : num_target);
    EXPECT_EQ(layer.statistics.num_tokens, total);
  }
}

// Each text is its own group: analysing the texts one by one gives parts that add up.
TEST_P(Routing, SequencesAddUp) {
  const T5Model model = routed::tight_model(GetParam());
  const std::vector<TextIds> texts = routed::texts();
  const auto together = analyze_routing(model, routed::tokenizer(), texts, rows_of(64, EvalGroup::kSequence));
  std::vector<std::vector<int64_t>> kept(together.size(), std::vector<int64_t>(5, 0));
  std::vector<double> utilisation(together.size(), 0.0);
  for (const TextIds& text : texts) {
    const auto alone = analyze_routing(model, routed::tokenizer(), {text}, rows_of(64, EvalGroup::kSequence));
    for (size_t i = 0; i < alone.size(); ++i) {
      for (size_t e = 0; e < 5; ++e) kept[i][e] += alone[i].statistics.kept[e];
      utilisation[i] += alone[i].statistics.utilisation() / static_cast<double>(texts.size());
    }
  }
  for (size_t i = 0; i < together.size(); ++i) {
    EXPECT_EQ(together[i].statistics.kept, kept[i]);
    EXPECT_NEAR(together[i].statistics.utilisation(), utilisation[i], 1e-12);
  }
}

// clamp(round_half_even(cf * S / E), min_capacity, S), docs/definitions.md.
int64_t capacity_of(double factor, size_t group_tokens, int64_t min_capacity) {
  std::fesetround(FE_TONEAREST);
  const auto wanted = static_cast<int64_t>(std::nearbyint(factor * static_cast<double>(group_tokens) / 5.0));
  return std::min(std::max(wanted, min_capacity), static_cast<int64_t>(group_tokens));
}

TEST_P(Routing, UtilisationIsKeptOverCapacityByText) {
  const T5Model model = routed::tight_model(GetParam(), 1.1);
  const std::vector<TextIds> texts = routed::texts();
  const auto layers = analyze_routing(model, routed::tokenizer(), texts, rows_of(3, EvalGroup::kSequence));
  const auto expected = routed::recount(model, texts, EvalGroup::kSequence, 3);
  for (size_t i = 0; i < layers.size(); ++i) {
    double total = 0.0;
    for (size_t b = 0; b < texts.size(); ++b) {
      const size_t length = i == 0 ? texts[b].source.size() : texts[b].target.size();
      const int64_t capacity = capacity_of(1.1, length, 1);
      for (const int64_t kept : expected[i].kept_by_text[b]) {
        EXPECT_LE(kept, capacity);
        total += static_cast<double>(kept) / static_cast<double>(capacity);
      }
    }
    EXPECT_NEAR(layers[i].statistics.utilisation(), total / static_cast<double>(5 * texts.size()), 1e-12);
  }
}

TEST_P(Routing, AGivenCapacityFactorTakesTheModelsPlace) {
  const T5Model tight = routed::tight_model(GetParam(), 0.4);
  const std::vector<TextIds> texts = routed::texts();
  RoutingOptions wider = rows_of(5, EvalGroup::kBatch);
  wider.capacity = CapacityFactor{1.3, tight.options().moe.min_capacity};
  const auto found = analyze_routing(tight, routed::tokenizer(), texts, wider);
  const auto expected = routed::recount(routed::tight_model(GetParam(), 1.3), texts, EvalGroup::kBatch, 5);
  for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].statistics.kept, expected[i].all.kept);
  EXPECT_EQ(tight.options().moe.capacity_factor_eval, 0.4);  // the caller's model is as it was
}

TEST_P(Routing, WithoutLimitNothingIsDropped) {
  RoutingOptions unlimited;
  unlimited.capacity = NoLimit{};
  const auto layers = analyze_routing(routed::tight_model(GetParam()), routed::tokenizer(), routed::texts(), unlimited);
  for (const LayerRouting& layer : layers) {
    EXPECT_EQ(layer.statistics.num_dropped_choices, 0);
    EXPECT_EQ(layer.statistics.num_dropped_tokens, 0);
    for (const ClassRouting& counts : layer.classes) EXPECT_EQ(counts.num_dropped_tokens, 0);
  }
}

TEST(RoutingOfNothing, IsEmpty) {
  EXPECT_TRUE(analyze_routing(routed::tight_model("switch"), routed::tokenizer(), {}, {}).empty());
  ModelOptions dense = tiny::options("dense_v11");
  dense.vocab_size = routed::tokenizer().vocab_size();
  const T5Model model = tiny::stirred(dense);
  EXPECT_TRUE(analyze_routing(model, routed::tokenizer(), routed::texts(), {}).empty());
  EXPECT_TRUE(colour_text(model, routed::tokenizer(), routed::texts()[0]).empty());
}

}  // namespace
}  // namespace flanmoe
