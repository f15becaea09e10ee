// One optimiser step: accumulation, clipping, what it reports, what stops it.
#include "base/error.h"
#include "model/forward.h"
#include "testing/check.h"
#include "train_case.h"

namespace flanmoe {
namespace {

// beta1 = 0 makes AdamW's first moment the (clipped) gradient itself.
TrainOptions gradient_options(double clip_norm) {
  TrainOptions options;
  options.steps = 10;
  options.optimizer.schedule = Schedule::kConstant;
  options.optimizer.beta1 = 0.0;
  options.optimizer.clip_norm = clip_norm;
  return options;
}

std::vector<NamedTensor> gradients(const TrainStepper& stepper) {
  std::vector<NamedTensor> first;
  for (const NamedTensor& tensor : stepper.optimizer().state()) {
    if (tensor.name.ends_with(".m")) first.push_back(tensor);
  }
  return first;
}

double norm_of(const std::vector<NamedTensor>& tensors) {
  double squares = 0.0;
  for (const NamedTensor& tensor : tensors) squares += tensor.value.to(at::kDouble).square().sum().item<double>();
  return std::sqrt(squares);
}

// Nothing depends on which tokens share a batch: no drops, no noise, no balance loss.
ModelOptions separable(const std::string& arm) {
  ModelOptions o = tiny::options(arm);
  o.moe.jitter = 0.0;
  o.moe.second_train = SecondExpert::kAll;
  o.moe.capacity_factor_train = 5.0;
  o.moe.balance_loss = 0.0;
  o.moe.z_loss = 0.0;
  return o;
}

TEST(Step, AccumulationEqualsOneLargeBatch) {
  const auto examples = tiny::random_examples({{9, 5}, {3, 11}, {6, 2}, {7, 1}, {4, 8}, {5, 3}}, 23);
  const auto slice = [&](int64_t begin, int64_t end) {
    return counted(tiny::batch_of({examples.begin() + begin, examples.begin() + end}));
  };
  for (const char* arm : {"dense_v10", "dense_v11", "switch", "gshard", "decoder_dense", "decoder_switch"}) {
    const T5Model whole_model = tiny::stirred(separable(arm)), parts_model = tiny::stirred(separable(arm));
    TrainStepper whole(whole_model, gradient_options(0.0), 5), parts(parts_model, gradient_options(0.0), 5);
    const StepMetrics one = whole.step(whole_model, {slice(0, 6)}, 0);
    const StepMetrics many =
        parts.step(parts_model, {slice(0, 2), slice(2, 3), slice(3, 6)}, 0);  // 16, 2 and 12 targets
    EXPECT_NEAR(one.loss, many.loss, 1e-5) << arm;
    EXPECT_NEAR(one.gradient_norm, many.gradient_norm, 1e-4 * one.gradient_norm) << arm;
    EXPECT_EQ(one.num_tokens, many.num_tokens) << arm;
    EXPECT_EQ(one.num_tokens, 9 + 3 + 6 + 7 + 4 + 5 + 5 + 11 + 2 + 1 + 8 + 3) << arm;
    const auto expected = gradients(whole), found = gradients(parts);
    ASSERT_EQ(expected.size(), found.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      const double size = expected[i].value.abs().max().item<double>();
      EXPECT_LT(tiny::largest_difference(expected[i].value, found[i].value), 1e-4 * size + 1e-6)
          << arm << " " << expected[i].name;
    }
  }
}

TEST(Step, LossIsTheMeanOverTargetTokensWithoutRouterLosses) {
  ModelOptions o = separable("st_moe");
  o.moe.balance_loss = 10.0;
  o.moe.z_loss = 10.0;
  const T5Model model = tiny::stirred(o);
  const TokenBatch batch = cases::random_batch(4, 23);
  ForwardOptions call;
  call.training = true;
  const ForwardResult result = forward(model, batch, call);
  const double expected = token_loss(result.logits, batch).loss.item<double>();
  TrainStepper stepper(model, gradient_options(0.0), 5);
  const StepMetrics metrics = stepper.step(model, {batch}, 0);
  EXPECT_NEAR(metrics.loss, expected, 1e-5);
  EXPECT_NEAR(metrics.balance_loss, result.balance_loss.item<double>(), 1e-5);
  EXPECT_NEAR(metrics.z_loss, result.z_loss.item<double>(), 1e-5 * std::abs(metrics.z_loss));
  EXPECT_EQ(metrics.learning_rate, gradient_options(0.0).optimizer.learning_rate);
}

TEST(Step, ClipsTheGlobalNorm) {
  const TokenBatch batch = cases::random_batch(4, 23);
  const T5Model free_model = tiny::stirred(separable("switch")), clipped_model = tiny::stirred(separable("switch"));
  TrainStepper free(free_model, gradient_options(0.0), 5), clipped(clipped_model, gradient_options(0.01), 5);
  const double norm = free.step(free_model, {batch}, 0).gradient_norm;
  EXPECT_NEAR(norm, norm_of(gradients(free)), 1e-4 * norm);
  ASSERT_GT(norm, 0.02);
  EXPECT_NEAR(clipped.step(clipped_model, {batch}, 0).gradient_norm, norm, 1e-4 * norm);  // what it was before
  EXPECT_NEAR(norm_of(gradients(clipped)), 0.01, 1e-6);
  const auto all = gradients(free), cut = gradients(clipped);
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_LT(tiny::largest_difference(all[i].value * (0.01 / norm), cut[i].value), 1e-6) << all[i].name;
  }
}

TEST(Step, DropoutOfTheOptionsReplacesTheModels) {
  ModelOptions o = separable("dense_v10");
  o.dropout = 0.3;
  const TokenBatch batch = cases::random_batch(4, 23);
  const auto loss = [&](const ModelOptions& model_options, std::optional<double> dropout) {
    TrainOptions options = gradient_options(0.0);
    options.dropout = dropout;
    const T5Model model = tiny::stirred(model_options);
    return TrainStepper(model, options, 5).step(model, {batch}, 0).loss;
  };
  EXPECT_EQ(loss(o, 0.0), loss(separable("dense_v10"), std::nullopt));
  EXPECT_EQ(loss(o, std::nullopt), loss(separable("dense_v10"), 0.3));
  EXPECT_NE(loss(o, std::nullopt), loss(o, 0.0));
}

// A run's coefficients stand for those of a model that has them.
TEST(Step, RouterLossesOfTheOptionsReplaceTheModels) {
  const TokenBatch batch = cases::random_batch(4, 23);
  const auto trained = [&](const ModelOptions& shape, std::optional<double> balance, std::optional<double> z) {
    TrainOptions options = gradient_options(0.0);
    options.balance_loss = balance;
    options.z_loss = z;
    const T5Model model = tiny::stirred(shape);
    TrainStepper(model, options, 5).step(model, {batch}, 0);
    EXPECT_EQ(model.options().moe.balance_loss, shape.moe.balance_loss);  // what is saved
    return model;
  };
  ModelOptions with = separable("st_moe");
  const ModelOptions without = with;
  with.moe.balance_loss = 0.5;
  with.moe.z_loss = 0.25;
  const T5Model own = trained(with, std::nullopt, std::nullopt), none = trained(without, std::nullopt, std::nullopt);
  EXPECT_TRUE(cases::same_bits(own, trained(without, 0.5, 0.25)));
  EXPECT_TRUE(cases::same_bits(none, trained(with, 0.0, 0.0)));
  EXPECT_FALSE(cases::same_bits(own, none));
  EXPECT_FALSE(cases::same_bits(own, trained(with, 0.0, std::nullopt)));
  EXPECT_FALSE(cases::same_bits(own, trained(with, std::nullopt, 0.0)));
}

TEST(Step, NoiseDependsOnSeedAndStep) {
  const TokenBatch batch = cases::random_batch(4, 23);
  const auto loss = [&](uint64_t seed, int64_t step) {
    const T5Model model = tiny::stirred(cases::noisy_options("gshard"));
    return TrainStepper(model, gradient_options(1.0), seed).step(model, {batch}, step).loss;
  };
  EXPECT_EQ(loss(5, 2), loss(5, 2));
  EXPECT_NE(loss(5, 2), loss(5, 3));
  EXPECT_NE(loss(5, 2), loss(6, 2));
}

TEST(Step, StatisticsArePooledOverMicroBatches) {
  const T5Model model = tiny::stirred(tiny::options("switch"));
  TrainStepper stepper(model, gradient_options(1.0), 5);
  const TokenBatch a = cases::random_batch(1, 23), b = cases::random_batch(2, 23);
  const StepMetrics metrics = stepper.step(model, {a, b}, 0, true);
  ASSERT_FALSE(metrics.statistics.empty());
  for (const MoeStatistics& s : metrics.statistics) {
    const int64_t tokens = s.stack == Stack::kEncoder ? a.num_source_tokens + b.num_source_tokens
                                                      : a.num_target_tokens + b.num_target_tokens;
    EXPECT_EQ(s.num_tokens, tokens) << name_of(s.stack);
  }
  EXPECT_TRUE(stepper.step(model, {a, b}, 1).statistics.empty());
}

TEST(Step, ALossThatIsNoNumberStopsTheRunBeforeTheWeightsChange) {
  const T5Model model = tiny::stirred(tiny::options("switch")), before = tiny::stirred(tiny::options("switch"));
  TrainStepper stepper(model, gradient_options(1.0), 5);
  for (const T5Model* each : {&model, &before}) each->parameters()[0].value.detach().fill_(std::nan(""));
  const std::string message = message_of<RunError>([&] { stepper.step(model, {cases::random_batch(1, 23)}, 17); });
  EXPECT_NE(message.find("17"), std::string::npos) << message;
  EXPECT_NE(message.find("Try a lower learning rate"), std::string::npos) << message;
  EXPECT_NE(message.find("loss"), std::string::npos) << message;
  for (size_t i = 1; i < model.parameters().size(); ++i) {
    EXPECT_TRUE(at::equal(model.parameters()[i].value, before.parameters()[i].value)) << model.parameters()[i].name;
  }
}

// No update has been made yet: the learning rate has no part in it.
TEST(Step, ALossThatIsNoNumberFromTheBeginningBlamesTheWeights) {
  for (const double value : {std::nan(""), HUGE_VAL}) {
    const T5Model model = tiny::stirred(tiny::options("switch"));
    model.parameters()[0].value.detach().fill_(value);
    TrainStepper stepper(model, gradient_options(1.0), 5);
    const std::string message = message_of<RunError>([&] { stepper.step(model, {cases::random_batch(1, 23)}, 0); });
    EXPECT_NE(message.find("The weights that the run begins with are not sound"), std::string::npos) << message;
    EXPECT_EQ(message.find("learning rate"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace flanmoe
