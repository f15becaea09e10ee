// Routings worked by hand: the example of docs/routing.md 17 (8 tokens, 4 experts, one group). First choices are
// 0 0 0 3 0 2 1 3, second ones 1 1 1 (a tie with 2) 2 1 3 0 0.
#include <cmath>
#include <map>

#include "base/random.h"
#include "layers.h"
#include "moe/groups.h"
#include "moe/losses.h"
#include "moe/plan.h"
#include "moe/router.h"
#include "moe/router_choice.h"

namespace flanmoe {
namespace {

using Ints = std::vector<int64_t>;
using layers::ints;

RouterOutput worked_router() { return route(layers::worked_logits(), at::eye(4), 0.0, 0); }

// Capacity 2 is factor 1 of 8 tokens over 4 experts, capacity 4 is factor 2.
MoeOptions worked_options(int64_t k, GateRule gate, double factor) {
  MoeOptions o = layers::options(4, k, gate);
  o.capacity_factor_eval = factor;
  return o;
}

TokenChoices choices_of(int64_t k, SecondExpert policy, GateRule gate = GateRule::kNormalisedBeforeDrop,
                        uint64_t key = 0) {
  return choose_experts(worked_router().probabilities, worked_options(k, gate, 1.0), policy, key);
}

std::vector<double> doubles(const at::Tensor& t) {
  const at::Tensor flat = t.detach().to(at::kDouble).contiguous().view({-1});
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

TEST(WorkedRouter, Probabilities) {
  const RouterOutput router = worked_router();
  layers::expect_near(doubles(router.logits), doubles(layers::worked_logits()));
  layers::expect_near(
      doubles(router.probabilities),
      {.643914, .236883, .087144, .032059, .412547, .373288, .112432, .101733, .823752, .067618, .067618,
       .041012, .213838, .236328, .261183, .288651, .581797, .352878, .017569, .047757, .089401, .147397,
       .400666, .362537, .106798, .789137, .039289, .064776, .156424, .141539, .128069, .573968});
  EXPECT_EQ(router.logits.scalar_type(), at::kFloat);
}

TEST(WorkedRouter, Losses) {
  const RouterOutput router = worked_router();
  const GroupBounds all = {0, 8}, real = {0, 6};
  const at::Tensor top1 = choices_of(1, SecondExpert::kAll).top, top2 = choices_of(2, SecondExpert::kAll).top;
  EXPECT_NEAR(router_z_loss(router.logits, all).item<double>(), 6.941107, 2e-6);
  EXPECT_NEAR(balance_loss(router.probabilities, top1, BalanceCounts::kTop1, all).item<double>(), 1.162369, 1e-6);
  EXPECT_NEAR(balance_loss(router.probabilities, top2, BalanceCounts::kTop1, all).item<double>(), 1.162369, 1e-6);
  EXPECT_NEAR(balance_loss(router.probabilities, top2, BalanceCounts::kAll, all).item<double>(), 2.291349, 2e-6);
  EXPECT_NEAR(balance_loss(router.probabilities, top2, BalanceCounts::kAllOverK, all).item<double>(), 1.145674, 1e-6);
  // t6 and t7 are padding: they are not handed over at all
  const at::Tensor logits = router.logits.narrow(0, 0, 6), probabilities = router.probabilities.narrow(0, 0, 6);
  EXPECT_NEAR(router_z_loss(logits, real).item<double>(), 6.243475, 2e-6);
  EXPECT_NEAR(balance_loss(probabilities, top1.narrow(0, 0, 6), BalanceCounts::kTop1, real).item<double>(), 1.431262,
              1e-6);
}

TEST(WorkedRouter, PublishedBalanceLoss) {
  const std::vector<double> p = {.35490513, .60419905, .4275843,  .23061597, .32985854,
                                 .43953657, .25099766, .27730572, .7678207,  .71474564};
  const at::Tensor probabilities = at::tensor(p, at::kFloat).view({5, 2});
  EXPECT_NEAR(
      balance_loss(probabilities, at::tensor(Ints{0, 1, 1, 0, 0}, at::kLong).view({5, 1}), BalanceCounts::kTop1, {0, 5})
          .item<double>(),
      0.8741045, 1e-6);
}

// Two groups: the loss is the mean of theirs, not that of all tokens at once.
TEST(WorkedRouter, LossesAreMeansOverGroups) {
  const RouterOutput router = worked_router();
  const at::Tensor top = choices_of(1, SecondExpert::kAll).top;
  double balance = 0.0, z = 0.0;
  for (const auto& [from, to] : {std::pair{0, 3}, std::pair{3, 8}}) {
    const at::Tensor p = router.probabilities.narrow(0, from, to - from);
    balance +=
        0.5 * balance_loss(p, top.narrow(0, from, to - from), BalanceCounts::kTop1, {0, to - from}).item<double>();
    z += 0.5 * router_z_loss(router.logits.narrow(0, from, to - from), {0, to - from}).item<double>();
  }
  EXPECT_NEAR(balance_loss(router.probabilities, top, BalanceCounts::kTop1, {0, 3, 8}).item<double>(), balance, 1e-6);
  EXPECT_NEAR(router_z_loss(router.logits, {0, 3, 8}).item<double>(), z, 1e-5);
}

TEST(WorkedChoices, FirstAndSecond) {
  EXPECT_EQ(ints(choices_of(1, SecondExpert::kAll).top), (Ints{0, 0, 0, 3, 0, 2, 1, 3}));
  EXPECT_EQ(ints(choices_of(2, SecondExpert::kAll).top), (Ints{0, 1, 0, 1, 0, 1, 3, 2, 0, 1, 2, 3, 1, 0, 3, 0}));
}

TEST(WorkedChoices, TiesGoToTheLowestExpert) {
  const at::Tensor p = at::full({2, 5}, 0.2);
  EXPECT_EQ(ints(choose_experts(p, layers::options(5, 3), SecondExpert::kAll, 0).top), (Ints{0, 1, 2, 0, 1, 2}));
}

TEST(WorkedChoices, Gates) {
  layers::expect_near(doubles(choices_of(2, SecondExpert::kAll).gates.select(1, 1)),
                      {.268941, .475021, .075858, .475021, .377541, .475021, .119203, .214165});
  layers::expect_near(doubles(choices_of(2, SecondExpert::kAll).gates.sum(1)), std::vector<double>(8, 1.0));
  layers::expect_near(doubles(choices_of(2, SecondExpert::kAll, GateRule::kRaw).gates.select(1, 1)),
                      {.236883, .373288, .067618, .261183, .352878, .362537, .106798, .156424});
}

TEST(WorkedChoices, Policies) {
  const at::Tensor all = choices_of(2, SecondExpert::kAll).top;
  Ints asked(16, 1);
  asked[2 * 2 + 1] = asked[6 * 2 + 1] = 0;  // t2 .0759 and t6 .1192 are below 0.2
  for (const GateRule gate : {GateRule::kRaw, GateRule::kNormalisedBeforeDrop, GateRule::kNormalisedAfterDrop}) {
    const TokenChoices choices = choices_of(2, SecondExpert::kThreshold, gate);
    EXPECT_EQ(ints(choices.asked), asked) << name_of(gate);
    EXPECT_TRUE(choices.top.equal(all)) << name_of(gate);
    EXPECT_EQ(ints(choices_of(2, SecondExpert::kAll, gate).asked), Ints(16, 1)) << name_of(gate);
  }
  for (size_t t = 0; t < 8; ++t) asked[2 * t + 1] = 0;
  EXPECT_EQ(ints(choices_of(2, SecondExpert::kNone).asked), asked);
  EXPECT_TRUE(choices_of(2, SecondExpert::kNone).top.equal(all));
}

TEST(WorkedChoices, RandomPolicyKeepsInProportion) {
  constexpr int kDraws = 4000;
  Ints used(8, 0);
  for (uint64_t draw = 0; draw < kDraws; ++draw) {
    const TokenChoices choices =
        choices_of(2, SecondExpert::kRandom, GateRule::kNormalisedBeforeDrop, stream_key(1, "policy", draw));
    for (size_t t = 0; t < 8; ++t) used[t] += ints(choices.asked)[2 * t + 1];
  }
  for (const size_t t : {0, 1, 3, 4, 5, 7}) EXPECT_EQ(used[t], kDraws) << t;
  EXPECT_NEAR(used[2] / double{kDraws}, .3793, 0.03);
  EXPECT_NEAR(used[6] / double{kDraws}, .5960, 0.03);
}

// t2 without its first expert: .067618, .067618, .041012 over .176248.
TEST(WorkedChoices, SamplingDrawsTheSecondFromTheRest) {
  constexpr int kDraws = 4000;
  std::map<int64_t, int> drawn;
  for (uint64_t draw = 0; draw < kDraws; ++draw) {
    const TokenChoices choices =
        choices_of(2, SecondExpert::kSampling, GateRule::kNormalisedBeforeDrop, stream_key(1, "policy", draw));
    const Ints top = ints(choices.top);
    EXPECT_EQ(top[4], 0);
    ++drawn[top[5]];
    const double first = .823752, second = top[5] == 3 ? .041012 : .067618;
    EXPECT_NEAR(choices.gates[2][1].item<double>(), second / (first + second), 2e-6);
  }
  EXPECT_EQ(drawn.size(), 3u);
  EXPECT_NEAR(drawn[1] / double{kDraws}, .38365, 0.03);
  EXPECT_NEAR(drawn[2] / double{kDraws}, .38365, 0.03);
  EXPECT_NEAR(drawn[3] / double{kDraws}, .23270, 0.03);
}

TEST(WorkedPlan, SwitchByPosition) {
  const RowPlan plan = plan_token_choice(choices_of(1, SecondExpert::kAll), {0, 8}, 4, CapacityFactor{1.0, 1}, {});
  EXPECT_EQ(ints(plan.kept), (Ints{1, 1, 0, 1, 0, 1, 1, 1}));
  EXPECT_TRUE(plan.offsets.equal(at::tensor(Ints{0, 2, 3, 4, 6}, at::kLong)));
  layers::expect_near(doubles(plan.tokens), {0, 1, 6, 5, 3, 7});
  layers::expect_near(doubles(plan.pairs), {0, 1, 6, 5, 3, 7});
}

// Order 2 6 0 4 7 1 5 3: expert 0 takes t2 and t0.
TEST(WorkedPlan, SwitchByPriority) {
  const at::Tensor top = std::get<0>(worked_router().probabilities.max(1));
  const RowPlan plan = plan_token_choice(choices_of(1, SecondExpert::kAll), {0, 8}, 4, CapacityFactor{1.0, 1}, top);
  EXPECT_EQ(ints(plan.kept), (Ints{1, 0, 1, 1, 0, 1, 1, 1}));
}

TEST(WorkedPlan, TopTwo) {
  const auto kept = [](SecondExpert policy, double factor) {
    const CapacityRule rule = factor == 0.0 ? CapacityRule(NoLimit{}) : CapacityFactor{factor, 1};
    return ints(plan_token_choice(choices_of(2, policy), {0, 8}, 4, rule, {}).kept);
  };
  EXPECT_EQ(kept(SecondExpert::kAll, 1.0), (Ints{1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0}));
  EXPECT_EQ(kept(SecondExpert::kAll, 2.0), (Ints{1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0}));
  EXPECT_EQ(kept(SecondExpert::kAll, 0.0), Ints(16, 1));
  // without the seconds of t2 and t6, that of t4 comes third on expert 1
  EXPECT_EQ(kept(SecondExpert::kThreshold, 2.0), (Ints{1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0}));
}

TEST(WorkedPlan, ExpertChoice) {
  const at::Tensor p = worked_router().probabilities;
  const at::Tensor two = choose_tokens(p, {0, 8}, CapacityFactor{1.0, 1});
  EXPECT_EQ(two.sizes(), at::IntArrayRef({4, 2}));
  EXPECT_EQ(ints(two), (Ints{2, 0, 6, 1, 5, 3, 7, 5}));
  EXPECT_EQ(ints(choose_tokens(p, {0, 8}, CapacityFactor{2.0, 1})),
            (Ints{2, 0, 4, 1, 6, 1, 4, 0, 5, 3, 7, 1, 7, 5, 3, 1}));
  const RowPlan plan = plan_expert_choice(two);
  EXPECT_TRUE(plan.offsets.equal(at::tensor(Ints{0, 2, 4, 6, 8}, at::kLong)));
  layers::expect_near(doubles(plan.tokens), {2, 0, 6, 1, 5, 3, 7, 5});
  layers::expect_near(doubles(plan.pairs), {8, 0, 25, 5, 22, 14, 31, 23});  // t * 4 + expert
}

TEST(WorkedPlan, ExpertChoiceTiesGoToTheLowestToken) {
  // round(2.5) = 2
  EXPECT_EQ(ints(choose_tokens(at::full({5, 2}, 0.5), {0, 5}, CapacityFactor{1.0, 1})), (Ints{0, 1, 0, 1}));
}

// The answer of a token is the sum of weight * (expert + 1).
TEST(WorkedLayer, Switch) {
  layers::expect_near(layers::worked_answers(worked_options(1, GateRule::kRaw, 1.0), {}),
                      {.643914, .412547, 0, 4 * .288651, 0, 3 * .400666, 2 * .789137, 4 * .573968}, 4e-6);
  MoeOptions o = worked_options(1, GateRule::kRaw, 1.0);
  o.priority = RoomPriority::kProbability;
  layers::expect_near(layers::worked_answers(o, {}),
                      {.643914, 0, .823752, 4 * .288651, 0, 3 * .400666, 2 * .789137, 4 * .573968}, 4e-6);
}

TEST(WorkedLayer, TopTwoUnderEachGate) {
  layers::expect_near(
      layers::worked_answers(worked_options(2, GateRule::kNormalisedBeforeDrop, 1.0), {}),
      {.731059 + 2 * .268941, .524979, 0, 4 * .524979 + 3 * .475021, 0, 3 * .524979, 2 * .880797, 4 * .785835}, 4e-6);
  layers::expect_near(layers::worked_answers(worked_options(2, GateRule::kNormalisedAfterDrop, 1.0), {}),
                      {.731059 + 2 * .268941, 1, 0, 4 * .524979 + 3 * .475021, 0, 3, 2, 4}, 4e-6);
  layers::expect_near(
      layers::worked_answers(worked_options(2, GateRule::kRaw, 1.0), {}),
      {.643914 + 2 * .236883, .412547, 0, 4 * .288651 + 3 * .261183, 0, 3 * .400666, 2 * .789137, 4 * .573968}, 4e-6);
}

TEST(WorkedLayer, ExpertChoice) {
  MoeCall call;
  call.expert_choice = true;
  layers::expect_near(
      layers::worked_answers(worked_options(2, GateRule::kRaw, 1.0), call),
      {.643914, 2 * .373288, .823752, 3 * .261183, 0, 3 * .400666 + 4 * .362537, 2 * .789137, 4 * .573968}, 4e-6);
}

// Capacity per group of four, round(4/4) = 1: expert 0 keeps t0 and t4, and t3, t5, t6, t7 are alone on theirs.
TEST(WorkedLayer, GroupsDoNotShareRoom) {
  MoeTokenPlaces places = layers::places(8, 4);
  const MoeOutput out =
      moe_layer(layers::worked_x(), layers::worked_weights(), places, worked_options(1, GateRule::kRaw, 1.0), {});
  layers::expect_near(doubles(out.hidden.select(1, 4)),
                      {.643914, 0, 0, 4 * .288651, .581797, 3 * .400666, 2 * .789137, 4 * .573968}, 4e-6);
}

}  // namespace
}  // namespace flanmoe
