// What a layer says about itself, on the worked example and in sums.
#include "moe/statistics.h"

#include <cmath>
#include <set>

#include "layers.h"
#include "moe/groups.h"
#include "moe/router.h"

namespace flanmoe {
namespace {

using Ints = std::vector<int64_t>;

MoeOutput worked(int64_t k, MoeCall call, double factor = 1.0) {
  MoeOptions o = layers::options(4, k, k == 1 ? GateRule::kRaw : GateRule::kNormalisedBeforeDrop);
  o.capacity_factor_eval = factor;
  call.want_statistics = true;
  return moe_layer(layers::worked_x(), layers::worked_weights(), layers::places(8), o, call);
}

double worked_entropy() {
  const at::Tensor p = at::softmax(layers::worked_logits().to(at::kDouble), 1);
  return -(p * p.log()).sum().item<double>();
}

TEST(Statistics, OfSwitchWorkedByHand) {
  const MoeStatistics s = *worked(1, {}).statistics;
  EXPECT_EQ(s.num_experts, 4);
  EXPECT_EQ(s.num_tokens, 8);
  EXPECT_EQ(s.num_choices, 8);
  EXPECT_EQ(s.num_dropped_choices, 2);
  EXPECT_EQ(s.num_dropped_tokens, 2);
  EXPECT_EQ(s.num_unchosen_tokens, 0);
  EXPECT_EQ(s.routed, (Ints{4, 1, 1, 2}));
  EXPECT_EQ(s.kept, (Ints{2, 1, 1, 2}));
  EXPECT_EQ(s.utilisation_count, 4);
  EXPECT_NEAR(s.utilisation(), 0.75, 1e-12);  // (1 + 1/2 + 1/2 + 1) / 4
  EXPECT_NEAR(s.dropped_choice_share(), 0.25, 1e-12);
  EXPECT_NEAR(s.dropped_token_share(), 0.25, 1e-12);
  EXPECT_NEAR(s.unchosen_token_share(), 0.0, 1e-12);
  EXPECT_NEAR(s.max_load_ratio(), 2.0, 1e-12);                   // 4 over 8 / 4
  EXPECT_NEAR(s.load_variation(), std::sqrt(1.5) / 2.0, 1e-12);  // variance (4 + 1 + 1 + 0) / 4 around 2
  EXPECT_NEAR(s.load_entropy(), 0.875, 1e-12);                   // (1/2 ln 2 + 1/4 ln 8 + 1/4 ln 4) / ln 4
  EXPECT_NEAR(s.confidence_sum, .643914 + .412547 + .823752 + .288651 + .581797 + .400666 + .789137 + .573968, 1e-5);
  EXPECT_NEAR(s.entropy_sum, worked_entropy(), 1e-5);
  EXPECT_NEAR(s.router_entropy(), worked_entropy() / 8.0 / std::log(4.0), 1e-6);
}

// Kept at capacity 2: t0 both, t1 first, t3 both, t5, t6, t7 first.
TEST(Statistics, OfTopTwoWorkedByHand) {
  const MoeStatistics s = *worked(2, {}).statistics;
  EXPECT_EQ(s.num_choices, 16);
  EXPECT_EQ(s.num_dropped_choices, 8);
  EXPECT_EQ(s.num_dropped_tokens, 2);
  EXPECT_EQ(s.routed, (Ints{6, 5, 2, 3}));
  EXPECT_EQ(s.kept, (Ints{2, 2, 2, 2}));
  EXPECT_NEAR(s.utilisation(), 1.0, 1e-12);
  EXPECT_NEAR(s.max_load_ratio(), 1.5, 1e-12);
}

TEST(Statistics, ChoicesSwitchedOffAreNotCounted) {
  MoeOptions o = layers::options(4, 2, GateRule::kNormalisedBeforeDrop);
  o.second_eval = SecondExpert::kThreshold;
  MoeCall call;
  call.want_statistics = true;
  const MoeStatistics s =
      *moe_layer(layers::worked_x(), layers::worked_weights(), layers::places(8), o, call).statistics;
  EXPECT_EQ(s.num_choices, 14);
  EXPECT_EQ(s.num_dropped_choices, 0);
  EXPECT_EQ(s.routed, (Ints{5, 4, 2, 3}));  // without t2 -> 1 and t6 -> 0
}

TEST(Statistics, OfExpertChoiceWorkedByHand) {
  MoeCall call;
  call.expert_choice = true;
  const MoeStatistics s = *worked(2, call).statistics;
  EXPECT_EQ(s.num_choices, 8);
  EXPECT_EQ(s.num_dropped_choices, 0);
  EXPECT_EQ(s.num_dropped_tokens, 0);
  EXPECT_EQ(s.num_unchosen_tokens, 1);  // t4
  EXPECT_EQ(s.kept, (Ints{2, 2, 2, 2}));
  EXPECT_NEAR(s.utilisation(), 1.0, 1e-12);
  EXPECT_NEAR(s.unchosen_token_share(), 0.125, 1e-12);
}

TEST(Statistics, WithoutALimitNothingIsDropped) {
  MoeCall call;
  call.capacity = NoLimit{};
  const MoeStatistics s = *worked(2, call, 0.5).statistics;
  EXPECT_EQ(s.num_dropped_choices, 0);
  EXPECT_EQ(s.num_dropped_tokens, 0);
  EXPECT_EQ(s.kept, s.routed);
  EXPECT_NEAR(s.utilisation(), 16.0 / 4.0 / 8.0, 1e-12);  // room for all 8 tokens on each of 4 experts
}

TEST(Statistics, OfPassesAddUp) {
  const MoeOptions o = [] {
    MoeOptions options = layers::options(4, 2, GateRule::kRaw);
    options.capacity_factor_eval = 1.0;
    return options;
  }();
  MoeCall call;
  call.want_statistics = true;
  const auto of = [&](int64_t from, int64_t count, GroupBounds groups) {
    MoeTokenPlaces places{at::arange(count, at::kLong), std::move(groups)};
    return *moe_layer(layers::worked_x().narrow(0, from, count), layers::worked_weights(), places, o, call).statistics;
  };
  const MoeStatistics together = of(0, 8, {0, 3, 8});
  MoeStatistics sum = of(0, 3, {0, 3});
  sum.add(of(3, 5, {0, 5}));
  EXPECT_EQ(sum.num_experts, 4);
  EXPECT_EQ(sum.num_tokens, together.num_tokens);
  EXPECT_EQ(sum.num_choices, together.num_choices);
  EXPECT_EQ(sum.num_dropped_choices, together.num_dropped_choices);
  EXPECT_EQ(sum.num_dropped_tokens, together.num_dropped_tokens);
  EXPECT_EQ(sum.routed, together.routed);
  EXPECT_EQ(sum.kept, together.kept);
  EXPECT_EQ(sum.utilisation_count, together.utilisation_count);
  EXPECT_NEAR(sum.utilisation(), together.utilisation(), 1e-12);
  EXPECT_NEAR(sum.router_entropy(), together.router_entropy(), 1e-6);
  EXPECT_NEAR(sum.confidence_sum, together.confidence_sum, 1e-5);
}

TEST(Statistics, OfNothingAreFinite) {
  for (const MoeStatistics& s :
       {MoeStatistics{}, *moe_layer(at::zeros({3, 5}), layers::worked_weights(), layers::places(0), layers::options(4),
                                    [] {
                                      MoeCall call;
                                      call.want_statistics = true;
                                      return call;
                                    }())
                              .statistics}) {
    for (const double value :
         {s.dropped_choice_share(), s.dropped_token_share(), s.unchosen_token_share(), s.utilisation(),
          s.max_load_ratio(), s.load_variation(), s.load_entropy(), s.router_entropy()}) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST(Statistics, ComeOnlyWhenAsked) {
  const MoeOutput out =
      moe_layer(layers::worked_x(), layers::worked_weights(), layers::places(8), layers::options(4), {});
  EXPECT_FALSE(out.statistics.has_value());
  EXPECT_FALSE(out.tokens.has_value());
  EXPECT_FALSE(out.balance_loss.defined());
  EXPECT_FALSE(out.z_loss.defined());
}

TEST(TokenExperts, OfTopTwoWorkedByHand) {
  MoeCall call;
  call.want_tokens = true;
  const TokenExperts tokens = *worked(2, call).tokens;
  EXPECT_EQ(layers::ints(tokens.experts), (Ints{0, 1, 0, -1, -1, -1, 3, 2, -1, -1, 2, -1, 1, -1, 3, -1}));
  EXPECT_EQ(layers::ints(tokens.asked), Ints(8, 2));
  // Every choice is kept or refused, at its place; what was kept is no expert that was full.
  ASSERT_EQ(tokens.refused.sizes(), (at::IntArrayRef{8, 2}));
  const Ints refused = layers::ints(tokens.refused), kept = layers::ints(tokens.experts);
  for (size_t t = 0; t < 8; ++t) {
    std::set<int64_t> experts;
    for (const Ints& of : {refused, kept}) {
      for (size_t i = 2 * t; i < 2 * t + 2; ++i) {
        if (of[i] < 0) continue;
        EXPECT_TRUE(experts.insert(of[i]).second) << t;
      }
    }
    EXPECT_EQ(experts.size(), 2u) << t;  // two different ones were asked
  }
  EXPECT_EQ(refused[0], -1);
  EXPECT_EQ(refused[1], -1);  // token 0 has both
  EXPECT_NEAR(tokens.weights[0][0].item<float>(), .731059, 1e-6);
  EXPECT_NEAR(tokens.weights[0][1].item<float>(), .268941, 1e-6);
  EXPECT_NEAR(tokens.weights[1][0].item<float>(), .524979, 1e-6);
  EXPECT_EQ(tokens.weights[2].abs().sum().item<float>(), 0.0f);
}

TEST(TokenExperts, OfExpertChoiceByFallingWeight) {
  MoeCall call;
  call.expert_choice = true;
  call.want_tokens = true;
  const TokenExperts tokens = *worked(2, call, 2.0).tokens;
  // e0 [2,0,4,1] e1 [6,1,4,0] e2 [5,3,7,1] e3 [7,5,3,1]
  EXPECT_EQ(layers::ints(tokens.experts), (Ints{0, 1, -1, -1, 0, 1, 2,  3,  0, -1, -1, -1, 3, 2, -1, -1,
                                                0, 1, -1, -1, 2, 3, -1, -1, 1, -1, -1, -1, 3, 2, -1, -1}));
  EXPECT_EQ(layers::ints(tokens.asked), Ints(8, 0));  // tokens ask for nothing here
  EXPECT_EQ(layers::ints(tokens.refused), Ints(8, -1));
  EXPECT_NEAR(tokens.weights[5][0].item<float>(), .400666, 1e-6);
  EXPECT_NEAR(tokens.weights[5][1].item<float>(), .362537, 1e-6);
}

}  // namespace
}  // namespace flanmoe
