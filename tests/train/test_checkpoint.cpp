// Checkpoints that are damaged, foreign, or too many; what a run writes beside them.
#include "train/checkpoint.h"

#include "base/error.h"
#include "base/log.h"
#include "testing/check.h"
#include "train/metrics.h"
#include "train_case.h"

namespace flanmoe {
namespace {

class Checkpoint : public FolderTest {
 protected:
  static TrainOptions options(int64_t steps, int64_t every, int64_t keep) {
    TrainOptions o;
    o.steps = steps;
    o.checkpoint_every = every;
    o.keep_checkpoints = keep;
    o.log_every = 1;
    o.optimizer.schedule = Schedule::kConstant;
    return o;
  }
  void run(int64_t steps, int64_t every, int64_t keep) const {
    T5Model model(tiny::options("switch"), 1);
    train(model, cases::RandomSource(23), options(steps, every, keep), cases::run_in(folder_));
  }
  std::filesystem::path checkpoint(int64_t step) const {
    return folder_ / "checkpoints" / ("step-" + std::to_string(step));
  }
  std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ / "checkpoints")) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  void flip_byte(const std::filesystem::path& path) const {
    std::string bytes = content_of(path);
    bytes[bytes.size() / 2] ^= 1;
    std::ofstream(path, std::ios::binary) << bytes;
  }
};

TEST_F(Checkpoint, TheNewestAreKept) {
  run(5, 1, 2);
  EXPECT_EQ(kept(), (std::vector<std::string>{"step-4", "step-5"}));
  prune_checkpoints(folder_, 1);
  EXPECT_EQ(kept(), (std::vector<std::string>{"step-5"}));
}

// What a stop saved goes when there is a newer one, and pushes out nothing: a stopped run keeps what a straight one
// does.
TEST_F(Checkpoint, OfStopsGoFirst) {
  run(7, 1, 9);
  const auto anyway = [](int64_t step) { return step % 3 == 0; };
  prune_checkpoints(folder_, 2, 2, anyway);
  EXPECT_EQ(kept(), (std::vector<std::string>{"step-2", "step-3", "step-6", "step-7"}));  // the best and the newest
  const auto paths = kept_checkpoints(folder_);
  ASSERT_EQ(paths.size(), 4u);
  EXPECT_EQ(step_of_checkpoint(paths.front()), 2);
  EXPECT_EQ(step_of_checkpoint(paths.back()), 7);
  prune_checkpoints(folder_, 1, 0, anyway);
  EXPECT_EQ(kept(), (std::vector<std::string>{"step-6", "step-7"}));
}

// A kill between the last save and what was to be removed behind it.
TEST_F(Checkpoint, WhatAKillLeftIsRemovedByTheNextRun) {
  for (const int64_t steps : {3, 5}) {  // that is done, that goes on
    fs::remove_all(folder_ / "checkpoints");
    run(3, 1, 3);
    run(steps, 1, 2);
    EXPECT_EQ(kept(), (std::vector<std::string>{"step-" + std::to_string(steps - 1), "step-" + std::to_string(steps)}));
  }
}

TEST_F(Checkpoint, TheNewestIsByNumberNotByName) {
  run(10, 1, 3);
  EXPECT_EQ(kept(), (std::vector<std::string>{"step-10", "step-8", "step-9"}));
  EXPECT_EQ(newest_checkpoint(folder_).filename(), "step-10");
}

TEST_F(Checkpoint, TheLastFewAreWholeOnes) {
  using Paths = std::vector<std::filesystem::path>;
  run(5, 1, 5);
  EXPECT_EQ(newest_checkpoints(folder_, 3), (Paths{checkpoint(5), checkpoint(4), checkpoint(3)}));
  flip_byte(checkpoint(4) / "model.safetensors");
  testing::internal::CaptureStderr();
  EXPECT_EQ(newest_checkpoints(folder_, 3), (Paths{checkpoint(5), checkpoint(3), checkpoint(2)}));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("step-4: model.safetensors"), std::string::npos);
  const std::string message = message_of<UserError>([&] { newest_checkpoints(folder_, 5); });
  EXPECT_NE(message.find("has 4 whole checkpoints, 5 are asked for; train.checkpoint_every"), std::string::npos)
      << message;
}

TEST_F(Checkpoint, OneThatCannotBeRemovedIsAFaultOfTheRun) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may remove everything";
  run(2, 1, 2);
  fs::permissions(folder_ / "checkpoints", fs::perms::owner_read | fs::perms::owner_exec);
  const std::string message = message_of<RunError>([&] { prune_checkpoints(folder_, 1); });
  fs::permissions(folder_ / "checkpoints", fs::perms::owner_all);
  EXPECT_NE(message.find("cannot remove " + checkpoint(1).string()), std::string::npos) << message;
}

TEST_F(Checkpoint, IsAModelFolderWithTheTokenizer) {
  TrainRun run = cases::run_in(folder_ / "run");
  run.tokenizer.spiece_model = put("some.model", "pieces");
  T5Model model(tiny::options("switch"), 1);
  train(model, cases::RandomSource(23), options(1, 0, 1), run);
  const auto last = folder_ / "run/checkpoints/step-1";
  for (const char* name : {"config.json", "model.safetensors", "generation_config.json", "manifest.json"}) {
    EXPECT_TRUE(fs::exists(last / name)) << name;
  }
  EXPECT_EQ(content_of(last / "spiece.model"), "pieces");
}

TEST_F(Checkpoint, ThereIsNoneInANewFolder) {
  EXPECT_EQ(newest_checkpoint(folder_), std::filesystem::path());
  EXPECT_EQ(newest_checkpoint(folder_ / "absent"), std::filesystem::path());
}

TEST_F(Checkpoint, DamagedOnesArePassedOverAndNamed) {
  using Damage = std::function<void(const std::filesystem::path&)>;
  const std::vector<std::pair<std::string, Damage>> damages = {
      {"model.safetensors", [&](const auto& c) { flip_byte(c / "model.safetensors"); }},
      {"model.safetensors", [&](const auto& c) { fs::resize_file(c / "model.safetensors", 1000); }},
      {"model.safetensors", [&](const auto& c) { fs::resize_file(c / "model.safetensors", 0); }},
      {"optimizer.safetensors", [&](const auto& c) { flip_byte(c / "train_state/optimizer.safetensors"); }},
      {"optimizer.safetensors", [&](const auto& c) { fs::remove(c / "train_state/optimizer.safetensors"); }},
      {"state.json", [&](const auto& c) { fs::remove_all(c / "train_state"); }},
      {"manifest.json", [&](const auto& c) { fs::remove(c / "manifest.json"); }},
      {"manifest.json", [&](const auto& c) { fs::resize_file(c / "manifest.json", 20); }},
      {"manifest.json", [&](const auto& c) { fs::resize_file(c / "manifest.json", 0); }},
      {"manifest.json", [&](const auto& c) { std::ofstream(c / "manifest.json") << "[]"; }}};
  for (const auto& [file, damage] : damages) {
    fs::remove_all(folder_ / "checkpoints");
    run(2, 1, 2);
    damage(checkpoint(2));
    ::testing::internal::CaptureStderr();
    const auto found = newest_checkpoint(folder_);
    const std::string warning = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(found, checkpoint(1)) << file;
    EXPECT_NE(warning.find("step-2"), std::string::npos) << warning;
    EXPECT_TRUE(warning.find(file) != std::string::npos || warning.find("train_state") != std::string::npos) << warning;
  }
}

TEST_F(Checkpoint, ARunGoesOnFromTheLastWholeOneAndEndsAlike) {
  run(6, 2, 3);
  const std::string weights = content_of(checkpoint(6) / "model.safetensors");
  const auto lines = cases::metrics_of(folder_);
  fs::resize_file(checkpoint(6) / "model.safetensors", 99);
  flip_byte(checkpoint(4) / "train_state/optimizer.safetensors");
  run(6, 2, 3);
  EXPECT_TRUE(weights == content_of(checkpoint(6) / "model.safetensors"));
  EXPECT_EQ(lines, cases::metrics_of(folder_));
  EXPECT_EQ(newest_checkpoint(folder_), checkpoint(6));
}

TEST_F(Checkpoint, ADamagedNewerOneDoesNotPushOutAWholeOne) {
  run(3, 1, 2);
  flip_byte(checkpoint(3) / "model.safetensors");
  const T5Model model(tiny::options("switch"), 1);
  TrainStepper stepper(model, options(9, 1, 1), 1);
  save_checkpoint(folder_, model, stepper.optimizer(), {2, 10, 0.0, 0}, {});  // the run went on from step 1
  prune_checkpoints(folder_, 1);
  EXPECT_EQ(newest_checkpoint(folder_), checkpoint(2));
}

// A run is never begun anew because its checkpoints are damaged.
TEST_F(Checkpoint, WithoutAWholeOneTheRunStops) {
  for (const char* file : {"model.safetensors", "config.json", "train_state/state.json"}) {
    fs::remove_all(folder_ / "checkpoints");
    run(2, 2, 1);
    flip_byte(checkpoint(2) / file);
    const std::string damaged = content_of(checkpoint(2) / file);
    const std::string message = message_of<UserError>([&] { run(4, 2, 1); });
    for (const char* part : {"no checkpoint is whole", "step-2", file})
      EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_TRUE(content_of(checkpoint(2) / file) == damaged);
    EXPECT_EQ(kept(), (std::vector<std::string>{"step-2"}));
  }
}

TEST_F(Checkpoint, DamageInWhatTrainingDoesNotReadIsSaidAlone) {
  run(2, 1, 2);
  flip_byte(checkpoint(2) / "generation_config.json");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(newest_checkpoint(folder_), checkpoint(2));
  const std::string warning = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(warning.find("generation_config.json is damaged"), std::string::npos) << warning;
}

TEST_F(Checkpoint, DamagedOnesAreMovedAside) {
  run(4, 2, 3);
  fs::resize_file(checkpoint(4) / "model.safetensors", 99);
  run(4, 2, 3);
  EXPECT_EQ(kept(), (std::vector<std::string>{"step-2", "step-4", "step-4.damaged"}));
  fs::resize_file(checkpoint(4) / "model.safetensors", 98);
  run(4, 2, 3);
  EXPECT_EQ(kept(), (std::vector<std::string>{"step-2", "step-4", "step-4.damaged", "step-4.damaged-2"}));
  EXPECT_EQ(fs::file_size(folder_ / "checkpoints/step-4.damaged/model.safetensors"), 99u);
}

// The loss of a step is that of the weights before it: those after it are looked at when they are saved.
TEST_F(Checkpoint, WeightsThatAreNotFiniteAreNotSaved) {
  run(2, 1, 2);
  TrainOptions wild = options(4, 1, 1);
  wild.optimizer.learning_rate = 1e300;
  T5Model model(tiny::options("switch"), 1);
  const std::string message =
      message_of<RunError>([&] { train(model, cases::RandomSource(23), wild, cases::run_in(folder_)); });
  for (const char* part : {"step 3", "no longer finite", "learning rate"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
  EXPECT_EQ(newest_checkpoint(folder_), checkpoint(2));
}

TEST_F(Checkpoint, HalfWrittenFoldersAreNoCheckpoints) {
  run(1, 1, 1);
  for (const char* name : {"step-7.tmp", ".step-8", "step-", "step-9x", "other"})
    fs::create_directories(folder_ / "checkpoints" / name);
  fs::create_directories(checkpoint(12));  // made, nothing in it
  EXPECT_EQ(newest_checkpoint(folder_), checkpoint(1));
}

TEST_F(Checkpoint, AnotherModelsIsRefused) {
  run(1, 1, 1);
  ModelOptions wider = tiny::options("switch");
  wider.d_ff = 15;
  T5Model other(wider, 1), dense(tiny::options("dense_v10"), 1);
  const std::string message =
      message_of<UserError>([&] { train(other, cases::RandomSource(23), options(2, 1, 1), cases::run_in(folder_)); });
  for (const char* part : {"step-1", "wi", "15"}) EXPECT_NE(message.find(part), std::string::npos) << message;
  EXPECT_THROW(train(dense, cases::RandomSource(23), options(2, 1, 1), cases::run_in(folder_)), UserError);
  TrainOptions other_optimizer = options(2, 1, 1);
  other_optimizer.optimizer.name = OptimizerName::kAdafactor;
  T5Model same(tiny::options("switch"), 1);
  const auto change = [&] { train(same, cases::RandomSource(23), other_optimizer, cases::run_in(folder_)); };
  EXPECT_NE(message_of<UserError>(change).find("optimiser"), std::string::npos);
}

TEST_F(Checkpoint, FewerStepsThanDoneIsRefused) {
  run(3, 1, 1);
  const std::string message = message_of<UserError>([&] { run(2, 1, 1); });
  for (const char* part : {"3", "2", "train.steps"}) EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST_F(Checkpoint, ARunWithALossThatIsNoNumberNamesTheStepAndKeepsTheLastCheckpoint) {
  run(2, 1, 1);
  T5Model model(tiny::options("switch"), 1);
  TrainHooks hooks;
  hooks.evaluate = [](const T5Model& m, int64_t step) {
    if (step == 4) m.parameters()[0].value.detach().fill_(std::nan(""));
    return std::map<std::string, double>{};
  };
  TrainOptions o = options(9, 3, 1);
  o.eval_every = 1;
  const std::string message =
      message_of<RunError>([&] { train(model, cases::RandomSource(23), o, cases::run_in(folder_), hooks); });
  EXPECT_NE(message.find("step 4"), std::string::npos) << message;
  EXPECT_NE(message.find("nan"), std::string::npos) << message;
  EXPECT_EQ(newest_checkpoint(folder_), checkpoint(3));
}

TEST_F(Checkpoint, MetricsHoldTheValuesOfEveryLine) {
  TrainOptions o = options(5, 0, 1);
  o.log_every = 2;
  o.eval_every = 3;
  TrainHooks hooks;
  std::vector<int64_t> asked;
  hooks.evaluate = [&](const T5Model&, int64_t step) {
    asked.push_back(step);
    return std::map<std::string, double>{{"score", 10.0 * static_cast<double>(step)}};
  };
  T5Model model(tiny::options("switch"), 1);
  const TrainResult result = train(model, cases::RandomSource(23), o, cases::run_in(folder_), hooks);
  EXPECT_EQ(asked, (std::vector<int64_t>{0, 3, 5}));
  const auto lines = cases::metrics_of(folder_);
  ASSERT_EQ(lines.size(), 5u);  // 0 (evaluation only), 2, 3 (evaluation only), 4, 5
  EXPECT_EQ(lines[0], (Json{{"step", 0}, {"tokens", 0}, {"eval/score", 0.0}}));
  EXPECT_EQ(lines[1].at("step"), 2);
  EXPECT_EQ(lines[2].at("eval/score"), 30.0);
  EXPECT_FALSE(lines[2].contains("train/loss"));
  EXPECT_EQ(lines[4].at("eval/score"), 50.0);
  EXPECT_EQ(lines[4].at("train/loss"), result.final_loss);
  EXPECT_TRUE(lines[1].contains("moe/encoder/1/utilisation"));
  EXPECT_EQ(lines[4].at("tokens"), result.num_tokens);
}

TEST_F(Checkpoint, ValidationsComeAtListedStepsToo) {
  TrainOptions o = options(6, 0, 1);
  o.eval_at = {0, 1, 2, 5, 9};
  TrainHooks hooks;
  std::vector<int64_t> asked;
  hooks.evaluate = [&](const T5Model&, int64_t step) {
    asked.push_back(step);
    return std::map<std::string, double>{{"score", 1.0}};
  };
  T5Model model(tiny::options("switch"), 1);
  train(model, cases::RandomSource(23), o, cases::run_in(folder_), hooks);
  EXPECT_EQ(asked, (std::vector<int64_t>{0, 1, 2, 5, 6}));
  o.eval_every = 4;
  EXPECT_TRUE(o.validates_at(4));
  EXPECT_FALSE(o.validates_at(3));
  EXPECT_FALSE(TrainOptions().validates_at(0));
  for (const char* wrong : {"[4, 2]", "[2, 2]", "[-1]"}) {
    const std::string message =
        message_of<UserError>([&] { load_options(parse_config("eval_at: " + std::string(wrong), "x.yaml"), o); });
    EXPECT_NE(message.find("eval_at"), std::string::npos) << message;
    EXPECT_NE(message.find("expected rising steps of 0 or more"), std::string::npos) << message;
  }
}

TEST_F(Checkpoint, ATornLastLineOfMetricsIsRemoved) {
  put("metrics.jsonl", "{\"step\": 1, \"tokens\": 5, \"x\": 1.0}\n{\"step\": 2, \"tokens\": 9}\n{\"step\": 3, \"tok");
  MetricsWriter(folder_, 1).write(2, 10, 0.5, {{"x", 2.0}});
  const auto lines = cases::metrics_of(folder_);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].at("tokens"), 5);
  EXPECT_EQ(lines[1].at("tokens"), 10);
  EXPECT_EQ(lines[1].at("x"), 2.0);
}

}  // namespace
}  // namespace flanmoe
