// A small model of each arm learns 32 examples by heart.
#include "model/forward.h"
#include "testing/check.h"
#include "train_case.h"

namespace flanmoe {
namespace {

class EveryArmLearns : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, EveryArmLearns, ::testing::ValuesIn(tiny::arms()),
                         [](const auto& arm) { return arm.param; });

ModelOptions small(const std::string& arm) {
  ModelOptions o = tiny::options(arm);
  o.d_model = 32;
  o.d_kv = 8;
  o.num_heads = 4;
  o.d_ff = 64;
  o.num_decoder_layers = 2;
  return o;
}

std::vector<tiny::Example> examples() {
  return tiny::random_examples(std::vector<std::pair<int64_t, int64_t>>(32, {5, 4}), 23);
}

TEST_P(EveryArmLearns, ThirtyTwoExamplesByHeart) {
  const T5Model model(small(GetParam()), 1);
  const TokenBatch batch = counted(tiny::batch_of(examples()));
  TrainOptions options;
  options.steps = 200;
  options.optimizer.learning_rate = 0.01;
  options.optimizer.warmup_steps = 10;
  options.optimizer.final_fraction = 0.02;
  TrainStepper stepper(model, options, 1);
  const double first = stepper.step(model, {batch}, 0).loss;
  double last = first;
  for (int64_t step = 1; step < options.steps; ++step) last = stepper.step(model, {batch}, step).loss;
  EXPECT_GT(first, 2.0);
  EXPECT_LT(last, 0.05);
  const double evaluated = token_loss(forward(model, batch, {}).logits, batch).loss.item<double>();
  EXPECT_LT(evaluated, 0.1);  // without noise and with evaluation's groups and capacity
}

TEST(Overfit, WithAdafactor) {
  const T5Model model(small("switch"), 1);
  const TokenBatch batch = counted(tiny::batch_of(examples()));
  TrainOptions options;
  options.steps = 300;
  options.optimizer.name = OptimizerName::kAdafactor;
  options.optimizer.learning_rate = 0.05;
  options.optimizer.warmup_steps = 10;
  TrainStepper stepper(model, options, 1);
  double last = 0.0;
  for (int64_t step = 0; step < options.steps; ++step) last = stepper.step(model, {batch}, step).loss;
  EXPECT_LT(last, 0.1);
}

}  // namespace
}  // namespace flanmoe
