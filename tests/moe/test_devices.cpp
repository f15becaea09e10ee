// A whole layer on another device: the numbers of the CPU, and nothing crosses on the way.
#include <gtest/gtest.h>

#include "layers.h"
#include "testing/device_case.h"

namespace flanmoe {
namespace {

struct Pass {
  MoeOutput out;
  std::vector<at::Tensor> gradients;
};

Pass pass_on(at::Device device, at::ScalarType dtype, const MoeOptions& options, const MoeCall& call) {
  const MoeWeights w = layers::map(layers::weights({5, 6, 7, true}), [&](const at::Tensor& t) {
    return t.to(device, dtype).detach().requires_grad_(true);
  });
  const at::Tensor x = layers::tokens(40, 6).to(device, dtype).requires_grad_(true);
  MoeTokenPlaces places = layers::places(19, 8, true);
  places.positions = places.positions.to(device);
  places.groups = {places.groups.host, device};
  const MoeOutput out = moe_layer(x, w, places, options, call);
  at::Tensor loss = out.hidden.square().sum();
  if (call.want_losses) loss = loss + out.balance_loss + out.z_loss;
  loss.backward();
  return {out, {x.grad(), w.router.weight.grad(), w.wi.weight.grad(), w.wi_1.weight.grad(), w.wo.weight.grad()}};
}

struct NamedRouting {
  std::string name;
  MoeOptions options;
  MoeCall call;
};

std::vector<NamedRouting> routings() {
  MoeCall training;
  training.training = training.want_losses = true;
  training.noise_key = 3;
  training.expert_dropout = 0.2;
  std::vector<NamedRouting> all;
  const auto add = [&](const std::string& name, int64_t k, GateRule gate) -> NamedRouting& {
    all.push_back({name, layers::options(5, k, gate), training});
    all.back().options.capacity_factor_train = 0.8;
    return all.back();
  };
  add("switch", 1, GateRule::kRaw).options.jitter = 0.1;
  add("random second", 2, GateRule::kNormalisedBeforeDrop).options.second_train = SecondExpert::kRandom;
  add("sampled second", 2, GateRule::kNormalisedAfterDrop).options.second_train = SecondExpert::kSampling;
  NamedRouting& threshold = add("threshold, by probability", 2, GateRule::kNormalisedAfterDrop);
  threshold.options.second_train = SecondExpert::kThreshold;
  threshold.options.priority = RoomPriority::kProbability;
  add("no second", 2, GateRule::kRaw).options.second_train = SecondExpert::kNone;
  add("three without limit", 3, GateRule::kRaw).call.capacity = NoLimit{};
  add("expert choice", 2, GateRule::kRaw).call.expert_choice = true;
  return all;
}

class LayerOn : public OnDevices {};
INSTANTIATE_TEST_SUITE_P(, LayerOn, ::testing::ValuesIn(device_cases()), name_of_case);

TEST_P(LayerOn, ComputesWhatTheCpuDoes) {
  const at::Device device(GetParam().device);
  for (NamedRouting routing : routings()) {
    SCOPED_TRACE(routing.name);
    routing.call.want_statistics = routing.call.want_tokens = true;
    const Pass mine = pass_on(device, GetParam().dtype, routing.options, routing.call),
               oracle = pass_on(at::kCPU, GetParam().dtype, routing.options, routing.call);
    expect_close(mine.out.hidden, oracle.out.hidden, 10.0, "hidden");
    expect_close(mine.out.balance_loss, oracle.out.balance_loss, 10.0, "balance loss");
    expect_close(mine.out.z_loss, oracle.out.z_loss, 10.0, "z loss");
    for (size_t i = 0; i < mine.gradients.size(); ++i) {
      expect_close(mine.gradients[i], oracle.gradients[i], 100.0, "gradient " + std::to_string(i));
    }
    EXPECT_EQ(mine.out.statistics->routed, oracle.out.statistics->routed);
    EXPECT_EQ(mine.out.statistics->kept, oracle.out.statistics->kept);
    EXPECT_EQ(mine.out.statistics->num_dropped_tokens, oracle.out.statistics->num_dropped_tokens);
    EXPECT_EQ(mine.out.statistics->num_unchosen_tokens, oracle.out.statistics->num_unchosen_tokens);
    EXPECT_TRUE(mine.out.tokens->experts.cpu().equal(oracle.out.tokens->experts));
    EXPECT_TRUE(mine.out.tokens->asked.cpu().equal(oracle.out.tokens->asked));
  }
}

// The plain grouped product cuts slices by numbers of the host: E + 1 of them a product and device, no more.
TEST(LayerOnADevice, MovesNothingButTheOffsetsOfItsProducts) {
  for (const NamedRouting& routing : routings()) {
    const DeviceTraffic before = device_traffic();
    const at::Device device = pretend_device();
    const MoeWeights w = layers::map(layers::weights({5, 6, 7, true}),
                                     [&](const at::Tensor& t) { return t.to(device).detach().requires_grad_(true); });
    const at::Tensor x = layers::tokens(20, 6).to(device);
    MoeTokenPlaces places = layers::places(20, 8);
    places.positions = places.positions.to(device);
    places.groups = {places.groups.host, device};
    const DeviceTraffic ready = device_traffic();
    EXPECT_GT(ready.to_device, before.to_device);
    const MoeOutput out = moe_layer(x, w, places, routing.options, routing.call);
    (out.hidden.square().sum() + out.balance_loss + out.z_loss).backward();
    EXPECT_EQ(device_traffic().to_device, ready.to_device) << routing.name;
    EXPECT_EQ(device_traffic().scalars_read, ready.scalars_read) << routing.name;
    EXPECT_EQ(device_traffic().to_host - ready.to_host, 3) << routing.name;
  }
}

}  // namespace
}  // namespace flanmoe
