// What a checkpoint presumes is on the disk before it, and a fault while saving is no fault of the user's input.
#include <algorithm>

#include "base/error.h"
#include "testing/check.h"
#include "testing/disk_calls.h"
#include "train/checkpoint.h"
#include "train_case.h"

namespace flanmoe {
namespace {

using Saving = FolderTest;

TEST_F(Saving, MetricsAndEventsAreSyncedBeforeTheCheckpoint) {
  TrainOptions options;
  options.steps = 3;
  options.log_every = 1;
  options.checkpoint_every = 1;
  T5Model model(tiny::options("switch"), 1);
  const std::vector<std::string> calls =
      disk_calls::of([&] { train(model, cases::RandomSource(23), options, cases::run_in(folder_)); });
  int num_saved = 0;
  bool has_metrics = false, has_events = false;
  for (const std::string& call : calls) {
    has_metrics |= call.starts_with("sync ") && call.ends_with("/metrics.jsonl");
    has_events |= call.starts_with("sync ") && call.find("/events/events.out.tfevents") != std::string::npos;
    if (!call.starts_with("rename ") || call.find("/checkpoints/step-") == std::string::npos) continue;
    if (call.find(".tmp-") != std::string::npos) continue;  // an old one goes
    if (call.find("/checkpoints/step-", 0) != call.rfind('/') - std::string("/checkpoints").size()) continue;
    ++num_saved;
    EXPECT_TRUE(has_metrics) << call;
    EXPECT_TRUE(has_events) << call;
    has_metrics = has_events = false;
  }
  EXPECT_EQ(num_saved, 3);
}

// Else a power cut could take the folder of checkpoints, or the run, away with the first checkpoint in it.
TEST_F(Saving, TheFoldersAboveTheFirstCheckpointAreSyncedToo) {
  const T5Model model(tiny::options("switch"), 1);
  const TrainStepper stepper(model, TrainOptions(), 1);
  const std::filesystem::path run = folder_ / "runs" / "a";
  const std::vector<std::string> calls = disk_calls::of([&] {
    save_checkpoint(run, model, stepper.optimizer(), {1, 5, 1.0, 1}, {});
  });
  for (const std::filesystem::path& above : {folder_, folder_ / "runs", run, run / "checkpoints"})
    EXPECT_NE(std::find(calls.begin(), calls.end(), "sync " + fs::canonical(above).string()), calls.end()) << above;
}

TEST_F(Saving, WhatCannotBeReadWhileSavingIsARunError) {
  const T5Model model(tiny::options("switch"), 1);
  const TrainStepper stepper(model, TrainOptions(), 1);
  const auto message = [&](const TokenizerFiles& tokenizer) {
    return message_of<RunError>([&] {
      save_checkpoint(folder_, model, stepper.optimizer(), {3, 5, 1.0, 1}, tokenizer);
    });
  };
  const std::string gone = message({folder_ / "gone.model", 100});
  for (const char* part : {"step 3: the checkpoint cannot be saved: ", "gone.model"})
    EXPECT_NE(gone.find(part), std::string::npos) << gone;
  const std::string folder = message({folder_, 100});
  EXPECT_NE(folder.find("the checkpoint cannot be saved"), std::string::npos) << folder;
  fs::remove_all(folder_ / "checkpoints");
  put("checkpoints", "a file");
  EXPECT_NE(message({}).find("checkpoints"), std::string::npos);
  EXPECT_EQ(num_entries(), 1u);
}

}  // namespace
}  // namespace flanmoe
