// Training on another device: the losses of the CPU.
#include "testing/check.h"
#include "testing/pretend_device.h"
#include "train/checkpoint.h"
#include "train_case.h"

namespace flanmoe {
namespace {

class TrainOnADevice : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Arms, TrainOnADevice, ::testing::ValuesIn(tiny::arms()),
                         [](const auto& arm) { return arm.param; });

TEST_P(TrainOnADevice, LosesWhatTheCpuLoses) {
  for (const OptimizerName name : {OptimizerName::kAdamw, OptimizerName::kAdafactor}) {
    const ModelOptions shape = cases::noisy_options(GetParam());
    const T5Model here = tiny::stirred(shape), there = tiny::stirred(shape).to(pretend_device());
    TrainOptions options;
    options.optimizer.name = name;
    options.optimizer.learning_rate = 0.003;
    options.optimizer.clip_norm = 1.0;
    TrainStepper mine(there, options, 5), oracle(here, options, 5);
    for (int64_t step = 0; step < 4; ++step) {
      const std::vector<TokenBatch> batches = {cases::random_batch(2 * static_cast<uint64_t>(step), 23),
                                               cases::random_batch(2 * static_cast<uint64_t>(step) + 1, 23)};
      const StepMetrics a = mine.step(there, batches, step, true), b = oracle.step(here, batches, step, true);
      EXPECT_NEAR(a.loss, b.loss, 1e-4) << name_of(name) << " step " << step;
      EXPECT_NEAR(a.balance_loss, b.balance_loss, 1e-4) << name_of(name) << " step " << step;
      EXPECT_NEAR(a.gradient_norm, b.gradient_norm, 1e-3 * b.gradient_norm) << name_of(name) << " step " << step;
      EXPECT_EQ(a.statistics.size(), b.statistics.size());
    }
  }
}

// A run on another device leaves a checkpoint that loads anywhere.
class CheckpointOfADevice : public FolderTest {};

TEST_F(CheckpointOfADevice, LoadsOnTheCpu) {
  const ModelOptions shape = tiny::options("gshard");
  const T5Model there = tiny::stirred(shape).to(pretend_device());
  TrainStepper stepper(there, {}, 5);
  stepper.step(there, {cases::random_batch(1, 23)}, 0);
  save_checkpoint(folder_, there, stepper.optimizer(), {1, 10, 2.0, 1, 2.0}, {});
  const T5Model here(shape, 99);
  TrainStepper fresh(here, {}, 5);
  load_checkpoint(newest_checkpoint(folder_), here, fresh.optimizer());
  for (size_t i = 0; i < here.parameters().size(); ++i) {
    EXPECT_TRUE(here.parameters()[i].value.equal(there.parameters()[i].value.cpu())) << here.parameters()[i].name;
  }
}

}  // namespace
}  // namespace flanmoe
