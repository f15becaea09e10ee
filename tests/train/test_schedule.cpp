// Learning rates at steps worked out by hand.
#include "train/schedule.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "testing/check.h"

namespace flanmoe {
namespace {

OptimizerOptions schedule(const std::string& name, double peak, int64_t warmup, double final_fraction) {
  OptimizerOptions options;
  options.schedule = value_named<Schedule>(name).value();
  options.learning_rate = peak;
  options.warmup_steps = warmup;
  options.final_fraction = final_fraction;
  return options;
}

TEST(Schedule, ConstantAfterALinearWarmUp) {
  const OptimizerOptions options = schedule("constant", 0.4, 4, 0.1);
  for (const auto& [step, rate] :
       std::vector<std::pair<int64_t, double>>{{0, 0.1}, {1, 0.2}, {3, 0.4}, {4, 0.4}, {99, 0.4}}) {
    EXPECT_NEAR(learning_rate_at(options, step, 100), rate, 1e-15) << step;
  }
  EXPECT_EQ(learning_rate_at(schedule("constant", 1e-3, 0, 0.0), 0, 1), 1e-3);
}

TEST(Schedule, RsqrtIsFlatThenFallsAsOneOverTheRoot) {
  const OptimizerOptions options = schedule("rsqrt", 1.0, 100, 0.1);
  for (const auto& [step, rate] : std::vector<std::pair<int64_t, double>>{
           {0, 1.0}, {57, 1.0}, {100, 1.0}, {400, 0.5}, {1600, 0.25}, {10000, 0.1}}) {
    EXPECT_NEAR(learning_rate_at(options, step, 200), rate, 1e-15) << step;
  }
  // T5's 1/sqrt(max(step, 10000)): 0.01 flat for 10,000 steps
  const OptimizerOptions t5 = schedule("rsqrt", 0.01, 10000, 0.0);
  EXPECT_NEAR(learning_rate_at(t5, 9999, 20000), 0.01, 1e-15);
  EXPECT_NEAR(learning_rate_at(t5, 40000, 20000), 0.005, 1e-15);
  EXPECT_NEAR(learning_rate_at(schedule("rsqrt", 1.0, 0, 0.0), 0, 10), 1.0, 1e-15);
  EXPECT_NEAR(learning_rate_at(schedule("rsqrt", 1.0, 0, 0.0), 4, 10), 0.5, 1e-15);
}

TEST(Schedule, CosineEndsAtItsFinalFraction) {
  const OptimizerOptions options = schedule("cosine", 2.0, 2, 0.1);  // decay from step 2 to step 12
  EXPECT_NEAR(learning_rate_at(options, 0, 13), 1.0, 1e-15);
  EXPECT_NEAR(learning_rate_at(options, 1, 13), 2.0, 1e-15);
  EXPECT_NEAR(learning_rate_at(options, 2, 13), 2.0, 1e-15);
  EXPECT_NEAR(learning_rate_at(options, 7, 13), 2.0 * (0.1 + 0.9 * 0.5), 1e-15);
  EXPECT_NEAR(learning_rate_at(options, 12, 13), 0.2, 1e-15);
  for (int64_t step = 3; step < 13; ++step) {
    EXPECT_LT(learning_rate_at(options, step, 13), learning_rate_at(options, step - 1, 13)) << step;
  }
}

TEST(Schedule, LinearEndsAtItsFinalFraction) {
  const OptimizerOptions options = schedule("linear", 2.0, 2, 0.0);
  EXPECT_NEAR(learning_rate_at(options, 4, 13), 1.6, 1e-15);
  EXPECT_NEAR(learning_rate_at(options, 7, 13), 1.0, 1e-15);
  EXPECT_NEAR(learning_rate_at(options, 12, 13), 0.0, 1e-15);
  EXPECT_NEAR(learning_rate_at(schedule("linear", 1.0, 0, 0.25), 99, 100), 0.25, 1e-15);
}

TEST(Schedule, IsFiniteForRunsShorterThanTheWarmUp) {
  for (const char* name : {"constant", "rsqrt", "cosine", "linear"}) {
    for (const int64_t num_steps : {1, 2, 5, 6}) {
      for (int64_t step = 0; step < num_steps; ++step) {
        const double rate = learning_rate_at(schedule(name, 1.0, 5, 0.1), step, num_steps);
        EXPECT_GT(rate, 0.0) << name;
        EXPECT_LE(rate, 1.0) << name;
      }
    }
  }
}

TEST(TrainOptions, RefusesWhatNoRunCanMean) {
  const auto loading = [](const std::string& yaml) {
    return message_of<UserError>([&] {
      TrainOptions options;
      load_options(parse_config(yaml, "run.yaml"), options);
    });
  };
  const std::string typo = loading("steps: 10\noptimizer:\n  learning_rat: 0.1\n");
  for (const char* part : {"run.yaml:3", "optimizer.learning_rat", "learning_rate"}) {
    EXPECT_NE(typo.find(part), std::string::npos) << typo;
  }
  EXPECT_NE(loading("optimizer: {schedule: cosin}").find("cosine"), std::string::npos);
  for (const char* yaml : {"steps: 0", "accumulate: 0", "dropout: 1.0", "log_every: 0", "optimizer: {learning_rate: 0}",
                           "optimizer: {beta1: 1.0}", "optimizer: {clip_norm: -1}", "keep_checkpoints: 0"}) {
    EXPECT_NE(loading(yaml).find("run.yaml:1"), std::string::npos) << yaml;
  }
}

}  // namespace
}  // namespace flanmoe
