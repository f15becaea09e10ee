// Whole models on another device: the numbers of the CPU, forward and backward, and what crosses on the way does not
// depend on the number of layers.
#include <gtest/gtest.h>

#include "model/forward.h"
#include "model/tiny.h"
#include "testing/gradient_check.h"
#include "testing/pretend_device.h"

namespace flanmoe {
namespace {

TokenBatch some_batch(const ModelOptions& options) {
  RandomStream stream(3, "devices");
  std::vector<std::vector<int32_t>> sources, targets;
  for (const int64_t length : {7, 3, 9}) {
    const tiny::Ids source = tiny::random_ids(stream, length, options.vocab_size),
                    target = tiny::random_ids(stream, length - 1, options.vocab_size);
    sources.emplace_back(source.begin(), source.end());
    targets.emplace_back(target.begin(), target.end());
  }
  TokenBatch batch;
  batch.source_ids = pad_ids(sources);
  batch.target_ids = pad_ids(targets);
  return counted(batch);
}

TokenBatch packed(const TokenBatch& batch) {
  TokenBatch two = batch;
  const auto segments = [](const at::Tensor& ids) {
    const at::Tensor places = at::arange(ids.size(1), at::kLong).unsqueeze(0);
    return (ids != 0).to(at::kLong) * (1 + (places >= 2).to(at::kLong));
  };
  two.source_segments = segments(batch.source_ids);
  two.target_segments = segments(batch.target_ids);
  return two;
}

struct Pass {
  ForwardResult result;
  at::Tensor loss;
};

Pass pass(const T5Model& model, const TokenBatch& batch, bool training) {
  ForwardOptions call;
  call.training = call.only_real_targets = training;
  call.noise_key = 11;
  call.dropout = 0.2;
  call.router_losses = call.collect_statistics = true;
  call.collect_tokens = !training;
  const ForwardResult result = forward(model, batch, call);
  return {result, token_loss(result.logits, batch).loss + 0.1 * result.balance_loss + 0.1 * result.z_loss};
}

class ModelOnADevice : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, ModelOnADevice, ::testing::ValuesIn(tiny::arms()),
                         [](const auto& arm) { return arm.param; });

TEST_P(ModelOnADevice, ComputesWhatTheCpuDoes) {
  const T5Model here = tiny::stirred(tiny::options(GetParam())), there = here.to(pretend_device());
  ASSERT_EQ(there.device(), pretend_device());
  const TokenBatch batch = some_batch(here.options());
  for (const TokenBatch& one : {batch, packed(batch)}) {
    for (const bool training : {true, false}) {
      for (const T5Model* model : {&here, &there}) {
        for (const Parameter& parameter : model->parameters()) parameter.value.mutable_grad() = at::Tensor();
      }
      const Pass mine = pass(there, one, training), oracle = pass(here, one, training);
      EXPECT_LT(largest_gap(mine.result.logits.cpu(), oracle.result.logits), 1e-4);
      EXPECT_NEAR(mine.loss.item<double>(), oracle.loss.item<double>(), 1e-5);
      ASSERT_EQ(mine.result.statistics.size(), oracle.result.statistics.size());
      for (size_t i = 0; i < mine.result.statistics.size(); ++i) {
        EXPECT_EQ(mine.result.statistics[i].kept, oracle.result.statistics[i].kept);
      }
      ASSERT_EQ(mine.result.tokens.size(), oracle.result.tokens.size());
      for (size_t i = 0; i < mine.result.tokens.size(); ++i) {
        EXPECT_TRUE(mine.result.tokens[i].experts.equal(oracle.result.tokens[i].experts));
      }
      mine.loss.backward();
      oracle.loss.backward();
      for (size_t i = 0; i < here.parameters().size(); ++i) {
        const at::Tensor gradient = there.parameters()[i].value.grad(), expected = here.parameters()[i].value.grad();
        ASSERT_EQ(gradient.defined(), expected.defined()) << here.parameters()[i].name;
        if (!gradient.defined()) continue;
        EXPECT_EQ(gradient.device(), pretend_device());
        EXPECT_LT(largest_gap(gradient.cpu(), expected), 1e-4) << here.parameters()[i].name;
      }
    }
  }
}

DeviceTraffic traffic_of(const ModelOptions& options) {
  const T5Model model = T5Model(options, 7).to(pretend_device());
  const TokenBatch batch = some_batch(options);
  const DeviceTraffic before = device_traffic();
  ForwardOptions call;
  call.training = call.only_real_targets = true;
  const ForwardResult result = forward(model, batch, call);
  (token_loss(result.logits, batch).loss + result.balance_loss + result.z_loss).backward();
  const DeviceTraffic after = device_traffic();
  return {after.to_device - before.to_device, after.to_host - before.to_host, after.scalars_read - before.scalars_read};
}

TEST_P(ModelOnADevice, ALayerMoreMovesNothingMore) {
  ModelOptions two = tiny::options(GetParam()), four = two;
  two.num_layers = two.num_decoder_layers = 2;
  four.num_layers = four.num_decoder_layers = 4;
  const DeviceTraffic of_two = traffic_of(two), of_four = traffic_of(four);
  EXPECT_EQ(of_four.to_device, of_two.to_device);
  EXPECT_EQ(of_four.scalars_read, of_two.scalars_read);
  const auto num_sparse = [](const ModelOptions& o) {
    int64_t count = 0;
    for (const bool is_decoder : {false, true}) {
      for (int64_t i = 0; i < o.num_layers_of(is_decoder); ++i) count += o.layer_is_sparse(is_decoder, i) ? 1 : 0;
    }
    return count;
  };
  const int64_t num_products = two.gated ? 3 : 2;  // each copies its offsets (tests/moe/test_devices.cpp)
  EXPECT_EQ(of_four.to_host - of_two.to_host, num_products * (num_sparse(four) - num_sparse(two)));
}

}  // namespace
}  // namespace flanmoe
