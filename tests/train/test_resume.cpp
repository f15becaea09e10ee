// A run that is cut off and goes on equals the straight run, bit for bit, with every source of noise switched on.
#include <csignal>

#include "base/error.h"
#include "base/json.h"
#include "base/signals.h"
#include "testing/check.h"
#include "train/checkpoint.h"
#include "train_case.h"

namespace flanmoe {
namespace {

struct Case {
  std::string arm, optimizer;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.arm << " " << c.optimizer; }

TrainOptions options_of(const Case& c) {
  TrainOptions options;
  options.steps = 6;
  options.accumulate = 2;
  options.log_every = 2;
  options.checkpoint_every = 3;
  options.keep_checkpoints = 2;
  options.dropout = 0.15;
  options.optimizer.name = value_named<OptimizerName>(c.optimizer).value();
  options.optimizer.warmup_steps = 2;
  options.optimizer.weight_decay = 0.01;
  return options;
}

class Resume : public FolderTest, public ::testing::WithParamInterface<Case> {
 protected:
  void SetUp() override {
    const std::string arm = GetParam().arm + "-" + GetParam().optimizer;
    folder_ = std::filesystem::temp_directory_path() / ("flanmoe-resume-" + arm + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    clear_pending_signal();
    FolderTest::TearDown();
  }
  T5Model fresh(uint64_t seed = 1) const { return T5Model(cases::noisy_options(GetParam().arm), seed); }

  // Two runs end with the same weights, optimiser state, counters and lines of metrics.
  void expect_same_end(const std::filesystem::path& a, const std::filesystem::path& b) const {
    for (const char* name :
         {"model.safetensors", "train_state/optimizer.safetensors", "train_state/state.json", "manifest.json"}) {
      const auto left = content_of(a / "checkpoints/step-6" / name);
      EXPECT_FALSE(left.empty()) << name;
      EXPECT_TRUE(left == content_of(b / "checkpoints/step-6" / name)) << name;
    }
    EXPECT_EQ(cases::metrics_of(a), cases::metrics_of(b));
  }
};

std::string name_of(const ::testing::TestParamInfo<Case>& info) { return info.param.arm + "_" + info.param.optimizer; }

INSTANTIATE_TEST_SUITE_P(Arms, Resume,
                         ::testing::Values(Case{"dense_v11", "adamw"}, Case{"switch", "adamw"},
                                           Case{"switch", "adafactor"}, Case{"gshard", "adamw"},
                                           Case{"st_moe", "adafactor"}, Case{"expert_choice", "adamw"},
                                           Case{"decoder_switch", "adamw"}),
                         name_of);

TEST_P(Resume, SameSeedSameBitsTwice) {
  for (const char* name : {"a", "b"}) {
    T5Model model = fresh();
    train(model, cases::RandomSource(23), options_of(GetParam()), cases::run_in(folder_ / name));
  }
  expect_same_end(folder_ / "a", folder_ / "b");
}

TEST_P(Resume, LoaderThreadsChangeNothing) {
  for (const int64_t num_threads : {0, 1, 2, 4}) {
    T5Model model = fresh();
    TrainOptions options = options_of(GetParam());
    options.loader_threads = num_threads;
    train(model, cases::RandomSource(23), options, cases::run_in(folder_ / std::to_string(num_threads)));
    if (num_threads > 0) expect_same_end(folder_ / "0", folder_ / std::to_string(num_threads));
  }
}

TEST_P(Resume, AfterACrashEqualsTheStraightRun) {
  T5Model straight = fresh(), cut = fresh(), resumed = fresh(99);  // what it starts from is replaced by the checkpoint
  const TrainOptions options = options_of(GetParam());
  const TrainResult whole = train(straight, cases::RandomSource(23), options, cases::run_in(folder_ / "straight"));
  // The crash comes in step 4, when a line of metrics for step 4 is already written: it must not stand there twice.
  EXPECT_THROW(train(cut, cases::RandomSource(23, 4 * 2 + 1), options, cases::run_in(folder_ / "cut")),
               std::runtime_error);
  EXPECT_EQ(newest_checkpoint(folder_ / "cut").filename(), "step-3");
  const TrainResult rest = train(resumed, cases::RandomSource(23), options, cases::run_in(folder_ / "cut"));
  EXPECT_TRUE(cases::same_bits(straight, resumed));
  expect_same_end(folder_ / "straight", folder_ / "cut");
  EXPECT_EQ(whole.final_loss, rest.final_loss);
  EXPECT_EQ(whole.num_tokens, rest.num_tokens);
  EXPECT_EQ(whole.steps, 6);
  EXPECT_EQ(rest.steps, 6);
}

TEST_P(Resume, AfterASignalEqualsTheStraightRun) {
  T5Model straight = fresh(), cut = fresh(), resumed = fresh(99);
  TrainOptions options = options_of(GetParam());
  options.checkpoint_every = 0;
  options.eval_every = 1;
  TrainHooks quiet, stopping;
  quiet.evaluate = [](const T5Model&, int64_t step) {
    return std::map<std::string, double>{{"x", static_cast<double>(step)}};
  };
  stopping.evaluate = [&](const T5Model& model, int64_t step) {
    if (step == 1) std::raise(SIGTERM);
    return quiet.evaluate(model, step);
  };
  train(straight, cases::RandomSource(23), options, cases::run_in(folder_ / "straight"), quiet);
  const auto interrupted = [&] {
    train(cut, cases::RandomSource(23), options, cases::run_in(folder_ / "cut"), stopping);
  };
  EXPECT_NE(message_of<Interrupted>(interrupted).find("after step 1 of 6"), std::string::npos);
  clear_pending_signal();
  EXPECT_EQ(newest_checkpoint(folder_ / "cut").filename(), "step-1");
  train(resumed, cases::RandomSource(23), options, cases::run_in(folder_ / "cut"), quiet);
  expect_same_end(folder_ / "straight", folder_ / "cut");
}

TEST_P(Resume, AFinishedRunIsLeftAlone) {
  T5Model model = fresh(), again = fresh(5);
  const TrainResult first = train(model, cases::RandomSource(23), options_of(GetParam()), cases::run_in(folder_));
  const auto lines = cases::metrics_of(folder_);
  const TrainResult second = train(again, cases::RandomSource(23, 0), options_of(GetParam()), cases::run_in(folder_));
  EXPECT_TRUE(cases::same_bits(model, again));
  EXPECT_EQ(lines, cases::metrics_of(folder_));
  EXPECT_EQ(second.steps, 6);
  EXPECT_EQ(second.num_tokens, first.num_tokens);
  EXPECT_EQ(second.final_loss, first.final_loss);
}

TEST_P(Resume, ACheckpointGivesBackWhatWasSaved) {
  const T5Model model = fresh(), other = fresh(8);
  TrainOptions options = options_of(GetParam());
  TrainStepper stepper(model, options, 1);
  const TrainStepper empty(other, options, 1);
  stepper.step(model, {cases::random_batch(3, 23)}, 0);
  save_checkpoint(folder_, model, stepper.optimizer(), {41, 12345, 6.25, 3}, {});
  const TrainState state = load_checkpoint(newest_checkpoint(folder_), other, empty.optimizer());
  EXPECT_TRUE(cases::same_bits(model, other));
  EXPECT_TRUE(cases::same_state(stepper.optimizer(), empty.optimizer()));
  EXPECT_EQ(state.step, 41);
  EXPECT_EQ(state.num_tokens, 12345);
  EXPECT_EQ(state.loss_sum, 6.25);
  EXPECT_EQ(state.loss_count, 3);
}

// Other threads or another processor give other last bits: that is said, and nothing is said where nothing differs.
TEST_P(Resume, AnotherPlatformIsSaid) {
  const T5Model model = fresh();
  const TrainStepper stepper(model, options_of(GetParam()), 1);
  save_checkpoint(folder_, model, stepper.optimizer(), {41, 12345, 6.25, 3}, {});
  const auto checkpoint = newest_checkpoint(folder_);
  const auto said = [&] {
    testing::internal::CaptureStderr();
    load_checkpoint(checkpoint, model, stepper.optimizer());
    return testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(said(), "");
  const auto file = checkpoint / "train_state" / "state.json";
  Json state = read_json(file);
  EXPECT_FALSE(state.at("platform").empty());
  state["platform"]["threads"] = 77;
  write_json(file, state);
  const std::string warning = said();
  for (const std::string part : {"another platform (threads 77 there, ", "but not to the bits of a straight run"})
    EXPECT_NE(warning.find(part), std::string::npos) << warning;
}

}  // namespace
}  // namespace flanmoe
