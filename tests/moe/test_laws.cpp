// Laws of the layer that hold whatever the weights.
#include <algorithm>

#include "base/random.h"
#include "kernels/permute.h"
#include "layers.h"
#include "moe/count_routing.h"
#include "moe/experts.h"
#include "moe/groups.h"
#include "moe/losses.h"
#include "moe/plan.h"
#include "moe/router.h"
#include "moe/router_choice.h"
#include "moe/weights.h"
#include "naive_moe.h"

namespace flanmoe {
namespace {

constexpr layers::Shape kShape{5, 6, 7, true};

MoeCall training_call(uint64_t key) {
  MoeCall call;
  call.training = true;
  call.noise_key = key;
  return call;
}

at::Tensor random_probabilities(int64_t num_tokens, int64_t num_experts, uint64_t key) {
  return at::softmax(random_normal({num_tokens, num_experts}, 2.0, key), 1);
}

TEST(PlanLaws, KeptAndDroppedAreTheChoicesAndNoExpertIsOverfull) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    RandomStream stream(seed, "plans");
    const int64_t num_tokens = stream.between(1, 40), num_experts = stream.between(1, 6);
    const int64_t k = stream.between(1, num_experts), group_size = stream.between(1, 20);
    const double factor = 0.3 + 2.0 * stream.uniform();
    const GroupBounds groups = cut_groups(num_tokens, group_size);
    const at::Tensor p = random_probabilities(num_tokens, num_experts, seed);
    const TokenChoices choices = choose_experts(p, layers::options(num_experts, k), SecondExpert::kRandom, seed);
    const RowPlan plan = plan_token_choice(choices, groups, num_experts, CapacityFactor{factor, 1}, {});

    ASSERT_EQ(plan.kept.sizes(), choices.asked.sizes());
    const std::vector<int64_t> top = layers::ints(choices.top), is_kept = layers::ints(plan.kept);
    const int64_t asked = choices.asked.sum().item<int64_t>(), kept = plan.kept.sum().item<int64_t>();
    EXPECT_FALSE(plan.kept.logical_and(choices.asked.logical_not()).any().item<bool>());
    const MoeStatistics counts = count_token_choice(choices, plan, groups, num_experts, CapacityFactor{factor, 1});
    EXPECT_EQ(counts.num_choices, asked);
    EXPECT_EQ(counts.num_dropped_choices, asked - kept);
    EXPECT_EQ(plan.tokens.size(0), kept);
    EXPECT_EQ(plan.offsets[num_experts].item<int64_t>(), kept);

    // every row is a kept pair of its expert, once; no expert takes more of a group than it has room for
    std::vector<bool> seen(top.size(), false);
    for (int64_t e = 0; e < num_experts; ++e) {
      std::vector<int64_t> of_group(groups.host.size(), 0);
      for (int64_t r = plan.offsets[e].item<int64_t>(); r < plan.offsets[e + 1].item<int64_t>(); ++r) {
        const size_t pair = static_cast<size_t>(plan.pairs[r].item<int64_t>());
        const int64_t token = plan.tokens[r].item<int64_t>();
        EXPECT_FALSE(seen[pair]);
        seen[pair] = true;
        EXPECT_EQ(static_cast<int64_t>(pair) / k, token);
        EXPECT_EQ(top[pair], e);
        EXPECT_EQ(is_kept[pair], 1);
        ++of_group[static_cast<size_t>(std::upper_bound(groups.host.begin(), groups.host.end(), token) -
                                       groups.host.begin()) -
                   1];
      }
      for (size_t g = 0; g + 1 < groups.host.size(); ++g) {
        EXPECT_LE(of_group[g],
                  expert_capacity(CapacityFactor{factor, 1}, groups.host[g + 1] - groups.host[g], num_experts));
      }
    }
  }
}

// A pair is dropped only when its expert is full.
TEST(PlanLaws, NobodyIsTurnedAwayFromAnExpertWithRoom) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const TokenChoices choices =
        choose_experts(random_probabilities(29, 4, seed), layers::options(4, 2), SecondExpert::kAll, seed);
    const RowPlan plan = plan_token_choice(choices, {0, 29}, 4, CapacityFactor{0.8, 1}, {});
    const int64_t room = expert_capacity(CapacityFactor{0.8, 1}, 29, 4);
    const at::Tensor rows_of_expert = plan.offsets.diff();
    for (const int64_t expert : layers::ints(choices.top.masked_select(plan.kept.logical_not()))) {
      EXPECT_EQ(rows_of_expert[expert].item<int64_t>(), room);
    }
  }
}

TEST(PlanLaws, ExpertChoiceFillsEveryExpertWithItsBest) {
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const at::Tensor p = random_probabilities(23, 4, seed);
    const GroupBounds groups = {0, 9, 23};
    const at::Tensor tokens = choose_tokens(p, groups, CapacityFactor{1.5, 1});
    const std::vector<size_t> room = {3, 5};  // round(1.5 * 9 / 4) and round(1.5 * 14 / 4)
    const RowPlan plan = plan_expert_choice(tokens);
    EXPECT_NEAR(count_expert_choice(tokens, groups, CapacityFactor{1.5, 1}).utilisation(), 1.0, 1e-12);
    for (int64_t e = 0; e < 4; ++e) {
      EXPECT_EQ(plan.offsets[e].item<int64_t>(), 8 * e);
      for (size_t g = 0; g < 2; ++g) {
        std::vector<float> taken, all;
        for (const int64_t token : layers::ints(tokens[e])) {
          if (token >= groups.host[g] && token < groups.host[g + 1]) taken.push_back(p[token][e].item<float>());
        }
        for (int64_t t = groups.host[g]; t < groups.host[g + 1]; ++t) all.push_back(p[t][e].item<float>());
        std::sort(all.rbegin(), all.rend());
        all.resize(room[g]);
        EXPECT_EQ(taken, all) << "rank order";
      }
    }
  }
}

TEST(PlanLaws, CombineUndoesDispatchWhenWeightsSumToOne) {
  for (const int64_t k : {1, 2, 3}) {
    const TokenChoices choices = choose_experts(
        random_probabilities(17, 5, 3), layers::options(5, k, GateRule::kNormalisedBeforeDrop), SecondExpert::kAll, 0);
    const RowPlan plan = plan_token_choice(choices, {0, 17}, 5, NoLimit{}, {});
    const at::Tensor x = layers::tokens(17, 6);
    const at::Tensor weights = choices.gates.reshape({-1}).index_select(0, plan.pairs);
    EXPECT_LT(largest_gap(combine_rows(dispatch_rows(x, plan.tokens), weights, plan.tokens, 17), x), 1e-5) << k;
  }
}

TEST(BalanceLoss, IsOneWhenTheRouterIsUniform) {
  for (const int64_t num_experts : {1, 2, 5, 64}) {
    const at::Tensor p = at::full({7, num_experts}, 1.0 / static_cast<double>(num_experts));
    const at::Tensor tokens = at::arange(7, at::kLong), top = (tokens * tokens % num_experts).unsqueeze(1);
    EXPECT_NEAR(balance_loss(p, top, BalanceCounts::kTop1, {0, 7}).item<double>(), 1.0, 1e-6) << num_experts;
    EXPECT_NEAR(balance_loss(p, top, BalanceCounts::kTop1, {0, 3, 7}).item<double>(), 1.0, 1e-6) << num_experts;
  }
}

TEST(BalanceLoss, IsTheNumberOfExpertsWhenAllGoToOne) {
  at::Tensor p = at::zeros({4, 3});
  p.select(1, 1).fill_(1.0);
  EXPECT_NEAR(balance_loss(p, at::ones({4, 1}, at::kLong), BalanceCounts::kTop1, {0, 4}).item<double>(), 3.0, 1e-6);
}

// Expert choice has none, or one that counts each token's likeliest expert.
TEST(BalanceLoss, OfExpertChoiceIsAnOption) {
  MoeOptions options = layers::options(5);
  options.routing = RoutingRule::kExpertChoice;
  MoeCall call;
  call.expert_choice = call.want_losses = true;
  MoeWeights w = layers::weights(kShape);
  const at::Tensor x = layers::tokens(19, 6);
  const MoeOutput without = moe_layer(x, w, layers::places(19), options, call);
  EXPECT_EQ(without.balance_loss.item<double>(), 0.0);
  options.balance_expert_choice = true;
  const MoeOutput with = moe_layer(x, w, layers::places(19), options, call);
  EXPECT_GT(with.balance_loss.item<double>(), 1.0);
  EXPECT_TRUE(with.hidden.equal(without.hidden));
  w.router = at::zeros_like(w.router.weight);  // uniform
  EXPECT_NEAR(moe_layer(x, w, layers::places(19), options, call).balance_loss.item<double>(), 1.0, 1e-6);
}

TEST(BalanceLoss, OfExpertChoiceHasTheGradientOfItsProbabilities) {
  MoeOptions options = layers::options(5);
  options.routing = RoutingRule::kExpertChoice;
  options.balance_expert_choice = true;
  MoeCall call;
  call.expert_choice = call.want_losses = true;
  const MoeWeights w = layers::weights(kShape);
  const auto loss = [&](const std::vector<at::Tensor>& inputs) {
    MoeWeights weights = layers::map(w, [](const at::Tensor& t) { return t.to(at::kDouble); });
    weights.router = inputs[1];
    return moe_layer(inputs[0], weights, layers::places(19, 7), options, call).balance_loss;
  };
  EXPECT_LT(largest_gradient_error(loss, {layers::tokens(19, 6), w.router.weight}), 1e-7);
}

TEST(LayerLaws, TopTwoWithoutASecondIsSwitch) {
  MoeOptions one = layers::options(5), two = layers::options(5, 2);
  one.capacity_factor_eval = two.capacity_factor_eval = 0.8;
  two.second_eval = SecondExpert::kNone;
  const MoeWeights w = layers::weights(kShape);
  const at::Tensor x = layers::tokens(19, 6);
  MoeCall call;
  call.want_losses = true;
  const MoeOutput first = moe_layer(x, w, layers::places(19), one, call),
                  second = moe_layer(x, w, layers::places(19), two, call);
  EXPECT_TRUE(first.hidden.equal(second.hidden));
  EXPECT_TRUE(first.balance_loss.equal(second.balance_loss));
}

TEST(LayerLaws, OneExpertWithRoomIsTheDenseFeedForward) {
  for (const bool gated : {false, true}) {
    const MoeWeights w = layers::weights({1, 6, 7, gated});
    const at::Tensor x = layers::tokens(11, 6);
    for (const bool expert_choice : {false, true}) {
      MoeCall call;
      call.expert_choice = expert_choice;
      EXPECT_LT(
          largest_gap(moe_layer(x, w, layers::places(11), layers::options(1), call).hidden, naive_expert(x, w, 0)),
          1e-6);
    }
  }
}

TEST(LayerLaws, EqualExpertsAreTheDenseFeedForwardWhenWeightsSumToOne) {
  MoeWeights w = layers::weights(kShape);
  for (at::Tensor* stacked : {&w.wi.weight, &w.wi_1.weight, &w.wo.weight})
    *stacked = stacked->narrow(0, 0, 1).expand_as(*stacked).contiguous();
  const at::Tensor x = layers::tokens(13, 6);
  const MoeOutput out = moe_layer(x, w, layers::places(13), layers::options(5, 2, GateRule::kNormalisedBeforeDrop), {});
  EXPECT_LT(largest_gap(out.hidden, naive_expert(x, w, 0)), 1e-5);
}

TEST(LayerLaws, ExpertWithoutRowsGetsAZeroGradient) {
  MoeWeights w = layers::weights(kShape);
  const at::Tensor x = layers::tokens(9, 6).abs();  // positive, so that a negative router row is never chosen
  w.router.weight[2].fill_(-3.0);
  w = layers::leaves(w);
  moe_layer(x, w, layers::places(9), layers::options(5, 2), {}).hidden.square().sum().backward();
  for (const at::Tensor& stacked : {w.wi.weight, w.wi_1.weight, w.wo.weight}) {
    EXPECT_EQ(stacked.grad()[2].abs().sum().item<float>(), 0.0f);
    EXPECT_GT(stacked.grad().abs().sum().item<float>(), 0.0f);
  }
}

TEST(LayerLaws, PaddingIsNeverRoutedAndGetsZero) {
  const MoeWeights w = layers::weights(kShape);
  MoeTokenPlaces places;
  places.positions = at::tensor(std::vector<int64_t>{1, 2, 5, 6, 7, 10}, at::kLong);
  places.groups = {0, 6};
  MoeOptions o = layers::options(5, 2, GateRule::kNormalisedBeforeDrop);
  o.capacity_factor_eval = 0.5;
  for (const bool expert_choice : {false, true}) {
    MoeCall call;
    call.expert_choice = expert_choice;
    call.want_losses = call.want_statistics = true;
    at::Tensor x = layers::tokens(12, 6);
    const MoeOutput out = moe_layer(x, w, places, o, call);
    const MoeOutput alone = moe_layer(x.index_select(0, places.positions), w, layers::places(6), o, call);
    EXPECT_TRUE(out.hidden.index_select(0, places.positions).equal(alone.hidden));
    EXPECT_TRUE(out.z_loss.equal(alone.z_loss));
    EXPECT_TRUE(out.balance_loss.equal(alone.balance_loss));
    EXPECT_EQ(out.statistics->num_tokens, 6);
    const at::Tensor noisy = x.clone().requires_grad_(true);
    noisy.detach().select(0, 0).fill_(1e6);
    noisy.detach().select(0, 11).fill_(-1e6);
    const MoeOutput again = moe_layer(noisy, w, places, o, call);
    EXPECT_TRUE(again.hidden.equal(out.hidden));
    (again.hidden.sum() + again.z_loss + again.balance_loss).backward();
    for (const int64_t padding : {0, 3, 4, 8, 9, 11}) {
      EXPECT_EQ(out.hidden[padding].abs().sum().item<float>(), 0.0f);
      EXPECT_EQ(noisy.grad()[padding].abs().sum().item<float>(), 0.0f);
    }
  }
}

TEST(LayerLaws, NoRealTokenIsFine) {
  const MoeWeights w = layers::leaves(layers::weights(kShape));
  for (const bool expert_choice : {false, true}) {
    MoeCall call = training_call(1);
    call.expert_choice = expert_choice;
    call.want_losses = call.want_statistics = call.want_tokens = true;
    const MoeOutput out = moe_layer(layers::tokens(4, 6), w, layers::places(0), layers::options(5, 2), call);
    EXPECT_TRUE(out.hidden.equal(at::zeros({4, 6})));
    EXPECT_TRUE(std::isfinite(out.balance_loss.item<float>()));
    EXPECT_TRUE(std::isfinite(out.z_loss.item<float>()));
  }
}

TEST(LayerLaws, OneGroupDoesNotSeeAnother) {
  const MoeWeights w = layers::weights(kShape);
  const at::Tensor x = layers::tokens(20, 6);
  MoeOptions o = layers::options(5, 2, GateRule::kNormalisedBeforeDrop);
  o.capacity_factor_eval = 0.6;
  for (const bool expert_choice : {false, true}) {
    MoeCall call;
    call.expert_choice = expert_choice;
    const at::Tensor both = moe_layer(x, w, {at::arange(20, at::kLong), {0, 8, 20}}, o, call).hidden;
    const at::Tensor first = moe_layer(x.narrow(0, 0, 8), w, layers::places(8), o, call).hidden;
    const at::Tensor second = moe_layer(x.narrow(0, 8, 12), w, layers::places(12), o, call).hidden;
    // 1e-5 relative: a processor may add in another order when there are other rows (docs/numerics.md)
    EXPECT_LT(largest_gap(both, at::cat({first, second})), 1e-5 * (1.0 + both.abs().max().item<double>()));
  }
}

TEST(Noise, SameKeySameBitsOtherKeyOtherRouting) {
  const MoeWeights w = layers::weights(kShape);
  const at::Tensor x = layers::tokens(31, 6);
  MoeOptions jittered = layers::options(5), random = layers::options(5, 2, GateRule::kNormalisedBeforeDrop);
  jittered.jitter = 0.3;
  random.second_train = SecondExpert::kRandom;
  random.second_threshold = 1.0;
  MoeOptions sampled = random;
  sampled.second_train = SecondExpert::kSampling;
  for (const MoeOptions& o : {jittered, random, sampled}) {
    const auto hidden = [&](uint64_t key) { return moe_layer(x, w, layers::places(31), o, training_call(key)).hidden; };
    EXPECT_TRUE(hidden(4).equal(hidden(4)));
    EXPECT_FALSE(hidden(4).equal(hidden(5)));
    // none of it outside training
    EXPECT_TRUE(moe_layer(x, w, layers::places(31), o, {}).hidden.equal([&] {
      MoeCall call;
      call.noise_key = 5;
      return moe_layer(x, w, layers::places(31), o, call).hidden;
    }()));
  }
}

TEST(Noise, JitterStaysInItsBand) {
  const at::Tensor x = layers::tokens(50, 6), eye = at::eye(6);
  const at::Tensor ratio = route(x, eye, 0.1, 3).logits / x;
  EXPECT_GT(ratio.min().item<float>(), 0.9f - 1e-5f);
  EXPECT_LT(ratio.max().item<float>(), 1.1f + 1e-5f);
  EXPECT_NEAR(ratio.mean().item<double>(), 1.0, 0.02);
  EXPECT_GT(ratio.std().item<double>(), 0.04);
  EXPECT_TRUE(route(x, eye, 0.0, 3).logits.equal(x));
}

// With one expert the router decides nothing, so noise on its input must not be seen.
TEST(Noise, ExpertsReadTheCleanInput) {
  MoeOptions o = layers::options(1);
  o.jitter = 0.5;
  const MoeWeights w = layers::weights({1, 6, 7, false});
  const at::Tensor x = layers::tokens(11, 6);
  EXPECT_LT(largest_gap(moe_layer(x, w, layers::places(11), o, training_call(3)).hidden, naive_expert(x, w, 0)), 1e-5);
}

TEST(Noise, ExpertDropoutIsOnTheHiddenActivation) {
  MoeWeights w = layers::weights({1, 1, 4000, false});
  w.wi.weight.fill_(1.0);
  w.wo.weight.fill_(1.0);
  const at::Tensor rows = at::ones({1, 1}), offsets = at::tensor(std::vector<int64_t>{0, 1}, at::kLong);
  // 4000 hidden units of one, each kept with probability 3/4 and divided by it
  const double kept = run_experts(rows, offsets, w, 0.25, 7).item<double>() * 0.75;
  EXPECT_NEAR(kept, 3000.0, 150.0);
  EXPECT_NEAR(kept, std::round(kept), 1e-2);
  EXPECT_EQ(run_experts(rows, offsets, w, 0.25, 7).item<float>(), run_experts(rows, offsets, w, 0.25, 7).item<float>());
  EXPECT_NE(run_experts(rows, offsets, w, 0.25, 7).item<float>(), run_experts(rows, offsets, w, 0.25, 8).item<float>());
  EXPECT_EQ(run_experts(rows, offsets, w, 0.0, 7).item<float>(), 4000.0f);
}

}  // namespace
}  // namespace flanmoe
