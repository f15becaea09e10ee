// The oracle alone, against numbers that were worked out without it: the routing example of docs/routing.md 17 and
// the capacities of section 2.
#include <gtest/gtest.h>

#include "layers.h"
#include "moe/oracle.h"

namespace flanmoe {
namespace {

using oracle::Answer;
using oracle::Layer;
using oracle::Values;
using Ints = std::vector<int64_t>;
using Kept = std::vector<Ints>;  // kept experts of each token by falling weight

// Tokens whose features are the logits themselves; experts of one hidden unit. `num_tokens` < 8: the rest is padding.
Layer worked_layer(int64_t num_tokens = 8) {
  const at::Tensor logits = layers::worked_logits().to(at::kDouble).contiguous();
  Layer layer;
  layer.num_experts = layer.d_model = 4;
  layer.hidden = 1;
  layer.x.assign(logits.const_data_ptr<double>(), logits.const_data_ptr<double>() + 32);
  layer.router.assign(16, 0.0);
  for (int64_t e = 0; e < 4; ++e) layer.router[e * 5] = 1.0;
  layer.wi.assign(16, 1.0);
  layer.wo.assign(16, 1.0);
  for (int64_t t = 0; t < num_tokens; ++t) layer.positions.push_back(t);
  layer.groups = {0, num_tokens};
  return layer;
}

// Capacity 2 is factor 1 of 8 tokens over 4 experts, capacity 4 is factor 2.
Answer worked(const Layer& layer, const MoeOptions& options, bool expert_choice = false) {
  MoeCall call;
  call.expert_choice = expert_choice;
  return oracle::answer(layer, options, call, {Values(32, 0.0), 0.0, 0.0});
}

MoeOptions with_factor(int64_t k, GateRule gate, double factor) {
  MoeOptions o = layers::options(4, k, gate);
  o.capacity_factor_eval = factor;
  return o;
}

Kept kept_of(const Answer& answer) {
  Kept kept(answer.asked.size());
  for (const oracle::Pair& pair : answer.kept) kept[pair.token].push_back(pair.expert);
  return kept;
}

Values weights_of(const Answer& answer) {
  Values weights;
  for (const oracle::Pair& pair : answer.kept) weights.push_back(pair.weight);
  return weights;
}

TEST(OracleWorked, ProbabilitiesAndLosses) {
  const Answer answer = worked(worked_layer(), with_factor(1, GateRule::kRaw, 1.0));
  layers::expect_near(answer.probabilities, {.643914, .236883, .087144, .032059, .412547, .373288, .112432, .101733,
                                             .823752, .067618, .067618, .041012, .213838, .236328, .261183, .288651,
                                             .581797, .352878, .017569, .047757, .089401, .147397, .400666, .362537,
                                             .106798, .789137, .039289, .064776, .156424, .141539, .128069, .573968},
                      1e-6);
  EXPECT_NEAR(answer.z_loss, 6.941107, 1e-6);
  EXPECT_NEAR(answer.balance_loss, 1.162369, 1e-6);
  MoeOptions two = with_factor(2, GateRule::kRaw, 1.0);
  EXPECT_NEAR(worked(worked_layer(), two).balance_loss, 1.162369, 1e-6);
  two.aux_counts = BalanceCounts::kAll;
  EXPECT_NEAR(worked(worked_layer(), two).balance_loss, 2.291349, 1e-6);
  two.aux_counts = BalanceCounts::kAllOverK;
  EXPECT_NEAR(worked(worked_layer(), two).balance_loss, 1.145674, 1e-6);
  const Answer padded = worked(worked_layer(6), with_factor(1, GateRule::kRaw, 1.0));
  EXPECT_NEAR(padded.balance_loss, 1.431262, 1e-6);
  EXPECT_NEAR(padded.z_loss, 6.243475, 1e-6);
}

TEST(OracleWorked, Switch) {
  MoeOptions options = with_factor(1, GateRule::kRaw, 1.0);
  const Answer answer = worked(worked_layer(), options);
  EXPECT_EQ(kept_of(answer), (Kept{{0}, {0}, {}, {3}, {}, {2}, {1}, {3}}));
  layers::expect_near(weights_of(answer), {.643914, .412547, .288651, .400666, .789137, .573968}, 1e-6);
  EXPECT_EQ(answer.counts.num_dropped_tokens, 2);
  EXPECT_EQ(answer.counts.routed, (Ints{4, 1, 1, 2}));
  options.priority = RoomPriority::kProbability;
  EXPECT_EQ(kept_of(worked(worked_layer(), options)), (Kept{{0}, {}, {0}, {3}, {}, {2}, {1}, {3}}));
}

TEST(OracleWorked, TwoChoicesWithRoomForTwo) {
  const Kept expected = {{0, 1}, {0}, {}, {3, 2}, {}, {2}, {1}, {3}};
  const Answer before = worked(worked_layer(), with_factor(2, GateRule::kNormalisedBeforeDrop, 1.0));
  EXPECT_EQ(kept_of(before), expected);
  layers::expect_near(weights_of(before), {.731059, .268941, .524979, .524979, .475021, .524979, .880797, .785835},
                      1e-6);
  const Answer after = worked(worked_layer(), with_factor(2, GateRule::kNormalisedAfterDrop, 1.0));
  EXPECT_EQ(kept_of(after), expected);
  layers::expect_near(weights_of(after), {.731059, .268941, 1, .524979, .475021, 1, 1, 1}, 1e-6);
  const Answer raw = worked(worked_layer(), with_factor(2, GateRule::kRaw, 1.0));
  EXPECT_EQ(kept_of(raw), expected);
  layers::expect_near(weights_of(raw), {.643914, .236883, .412547, .288651, .261183, .400666, .789137, .573968}, 1e-6);
  EXPECT_EQ(raw.counts.num_choices, 16);
  EXPECT_EQ(raw.counts.num_dropped_choices, 8);
  EXPECT_EQ(raw.counts.num_dropped_tokens, 2);
}

TEST(OracleWorked, TwoChoicesWithRoomForFour) {
  const Answer answer = worked(worked_layer(), with_factor(2, GateRule::kNormalisedBeforeDrop, 2.0));
  EXPECT_EQ(kept_of(answer), (Kept{{0, 1}, {0, 1}, {0, 1}, {3, 2}, {0}, {2, 3}, {1}, {3}}));
}

TEST(OracleWorked, PoliciesOfTheSecondChoice) {
  MoeOptions options = with_factor(2, GateRule::kNormalisedBeforeDrop, 0.0);
  options.second_eval = SecondExpert::kThreshold;
  const Answer threshold = worked(worked_layer(), options);
  EXPECT_EQ(threshold.asked, (Ints{2, 2, 1, 2, 2, 2, 1, 2}));
  EXPECT_EQ(kept_of(threshold), (Kept{{0, 1}, {0, 1}, {0}, {3, 2}, {0, 1}, {2, 3}, {1}, {3, 0}}));
  EXPECT_NEAR(threshold.kept[4].weight, 1 - .075858, 1e-6);  // t2: the policy renormalises nothing
  options.second_eval = SecondExpert::kNone;
  EXPECT_EQ(worked(worked_layer(), options).counts.num_choices, 8);
}

TEST(OracleWorked, ExpertChoice) {
  const Answer two = worked(worked_layer(), with_factor(1, GateRule::kRaw, 1.0), true);
  EXPECT_EQ(kept_of(two), (Kept{{0}, {1}, {0}, {2}, {}, {2, 3}, {1}, {3}}));
  layers::expect_near(weights_of(two), {.643914, .373288, .823752, .261183, .400666, .362537, .789137, .573968}, 1e-6);
  EXPECT_EQ(two.counts.num_unchosen_tokens, 1);
  EXPECT_EQ(two.balance_loss, 0.0);
  const Answer four = worked(worked_layer(), with_factor(1, GateRule::kRaw, 2.0), true);
  EXPECT_EQ(kept_of(four), (Kept{{0, 1}, {0, 1, 2, 3}, {0}, {3, 2}, {0, 1}, {2, 3}, {1}, {3, 2}}));
}

TEST(OracleWorked, Capacity) {
  MoeOptions options;
  options.num_experts = 64;
  MoeCall training;
  training.training = true;
  EXPECT_EQ(oracle::room(options, training, 4096), 80);
  options.num_experts = 48;
  EXPECT_EQ(oracle::room(options, training, 1000), 26);
  EXPECT_EQ(oracle::room(options, training, 10), 4);  // the least
  EXPECT_EQ(oracle::room(options, training, 3), 3);   // never above the group
  options.num_experts = 2;
  options.min_capacity = 1;
  EXPECT_EQ(oracle::room(options, training, 4), 2);   // 2.5
  EXPECT_EQ(oracle::room(options, training, 12), 8);  // 7.5
  options.expert_capacity = 5;
  EXPECT_EQ(oracle::room(options, training, 12), 5);
  EXPECT_EQ(oracle::room(options, training, 3), 5);  // independent of the group
  training.capacity = NoLimit{};
  EXPECT_EQ(oracle::room(options, training, 3), 3);
}

}  // namespace
}  // namespace flanmoe
