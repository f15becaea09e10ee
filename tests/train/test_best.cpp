// Validations while training: the best one's checkpoint, the end for want of a better one, and that both are the same
// however often a run is cut off.
#include "train/best.h"

#include <cmath>
#include <csignal>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/events_case.h"
#include "base/signals.h"
#include "model/manifest.h"
#include "testing/check.h"
#include "train/checkpoint.h"
#include "train_case.h"

namespace flanmoe {
namespace {

TEST(BestSoFar, IsLowestForALossAndHighestForAScore) {
  BestSoFar loss, score;
  const std::vector<double> values = {3.0, 2.0, 2.0, 2.5, 1.0};
  for (size_t i = 0; i < values.size(); ++i) {
    const auto step = static_cast<int64_t>(10 * (i + 1));
    loss = after_validation(loss, "eval/loss", values[i], step);
    score = after_validation(score, "eval/qa_direct", values[i], step);
    if (i < 3) continue;
    EXPECT_EQ(loss, i == 3 ? (BestSoFar{20, 2.0, 2}) : (BestSoFar{50, 1.0, 0}));  // an equal value is no better
  }
  EXPECT_EQ(score, (BestSoFar{10, 3.0, 4}));
  // A score of 0 or below is one, too.
  EXPECT_EQ(after_validation({}, "eval/normalised_average", -5.0, 4), (BestSoFar{4, -5.0, 0}));
}

TEST(CheckBest, SaysWhatIsMissing) {
  TrainOptions options;
  const auto message = [&] { return message_of<UserError>([&] { check_best(options, {"loss", "qa_direct"}); }); };
  check_best(options, {});
  options.patience = 3;
  EXPECT_NE(message().find("'train.patience' is 3, but 'train.best' is empty"), std::string::npos);
  options.best = "eval/loss";
  EXPECT_NE(message().find("'train.best' is 'eval/loss', but 'train.eval_every' is 0"), std::string::npos);
  options.eval_every = 5;
  check_best(options, {"loss", "qa_direct"});
  options.eval_every = 0;
  options.eval_at = {5};
  check_best(options, {"loss", "qa_direct"});
  for (const char* best : {"eval/los", "loss", "qa_direct", "train/loss", "eval/qa_cot"}) {
    options.best = best;
    EXPECT_NE(message().find("expected eval/loss, eval/qa_direct"), std::string::npos) << best;
  }
  options.best = "eval/los";
  EXPECT_NE(message().find("did you mean 'eval/loss'?"), std::string::npos);
}

class Best : public FolderTest {
 protected:
  void TearDown() override {
    clear_pending_signal();
    FolderTest::TearDown();
  }

  // Every second step is validated; 3 is the largest number of steps between checkpoints.
  static TrainOptions options(int64_t patience) {
    TrainOptions o;
    o.steps = 10;
    o.log_every = 4;
    o.checkpoint_every = 3;
    o.keep_checkpoints = 1;
    o.eval_every = 2;
    o.dropout = 0.1;
    o.best = "eval/loss";
    o.patience = patience;
    return o;
  }

  // The loss of the validation behind steps 2, 4, ..., and a lower one before the first step; `before` sees the step
  // first.
  static TrainHooks hooks(std::vector<double> losses, std::function<void(int64_t)> before = {}) {
    TrainHooks hooks;
    hooks.metrics = {"loss", "x_direct"};
    hooks.evaluate = [values = std::move(losses), first = std::move(before)](const T5Model&, int64_t step) {
      if (first) first(step);
      const double loss = step == 0 ? 0.5 : values.at(static_cast<size_t>(step / 2 - 1));
      return std::map<std::string, double>{{"loss", loss}, {"x_direct", 100.0 - loss}};
    };
    return hooks;
  }

  TrainResult run(const std::string& name, const TrainOptions& o, const TrainHooks& hooks,
                  uint64_t crash_at = ~uint64_t{0}) const {
    T5Model model(cases::noisy_options("switch"), 1);
    return train(model, cases::RandomSource(23, crash_at), o, cases::run_in(folder_ / name), hooks);
  }

  std::set<std::string> checkpoints(const std::string& name) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_ / name / "checkpoints"))
      names.insert(entry.path().filename());
    return names;
  }
  std::string best_of(const std::string& name) const {
    return fs::read_symlink(folder_ / name / "checkpoints/best").string();
  }
  std::string bytes_of(const std::string& name, const std::string& checkpoint, const std::string& file) const {
    return content_of(folder_ / name / "checkpoints" / checkpoint / file);
  }

  // What TensorBoard shows of a run, without what the clock gave.
  std::map<std::string, std::vector<uint64_t>> shown(const std::string& name) const {
    auto steps = cases::shown_steps(folder_ / name / "events");
    for (const char* timing : {"train/tokens_per_second", "train/loader_wait"}) steps.erase(timing);
    return steps;
  }

  void expect_same_end(const std::string& a, const std::string& b, const std::string& last) const {
    EXPECT_EQ(cases::metrics_of(folder_ / a), cases::metrics_of(folder_ / b));
    EXPECT_EQ(shown(a), shown(b));
    EXPECT_EQ(best_of(a), best_of(b));
    EXPECT_EQ(checkpoints(a), checkpoints(b));
    for (const std::string& checkpoint : {last, best_of(a)}) {
      for (const char* file : {"model.safetensors", "train_state/optimizer.safetensors", "train_state/state.json"}) {
        EXPECT_FALSE(bytes_of(a, checkpoint, file).empty()) << checkpoint << " " << file;
        EXPECT_TRUE(bytes_of(a, checkpoint, file) == bytes_of(b, checkpoint, file)) << checkpoint << " " << file;
      }
    }
  }
};

const std::vector<double> kLosses = {5.0, 3.0, 4.0, 3.0, 6.0};  // best behind step 4

TEST_F(Best, ItsCheckpointIsKept) {
  const TrainResult result = run("run", options(0), hooks(kLosses));
  EXPECT_EQ(result.best, (BestSoFar{4, 3.0, 3}));
  EXPECT_EQ(result.steps, 10);
  EXPECT_FALSE(result.ended_early);
  EXPECT_EQ(checkpoints("run"), (std::set<std::string>{"best", "step-10", "step-4"}));
  EXPECT_EQ(best_of("run"), "step-4");
  EXPECT_TRUE(fs::exists(folder_ / "run/checkpoints/best/config.json"));  // a model folder by this name, too
  TrainOptions by_score = options(0);
  by_score.best = "eval/x_direct";
  EXPECT_EQ(run("score", by_score, hooks(kLosses)).best, (BestSoFar{4, 97.0, 3}));
  TrainOptions without = options(0);
  without.keep_best = false;
  run("without", without, hooks(kLosses));
  EXPECT_EQ(checkpoints("without"), (std::set<std::string>{"step-10"}));
}

TEST_F(Best, PatienceEndsTheRunForGood) {
  int asked = 0;
  const auto counting = hooks({5.0, 3.0, 4.0, 3.0, 1.0}, [&](int64_t) { ++asked; });
  testing::internal::CaptureStderr();
  const TrainResult result = run("run", options(2), counting);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(result.steps, 8);
  EXPECT_TRUE(result.ended_early);
  EXPECT_EQ(result.best, (BestSoFar{4, 3.0, 2}));
  EXPECT_EQ(asked, 5);
  EXPECT_EQ(checkpoints("run"), (std::set<std::string>{"best", "step-4", "step-8"}));
  for (const char* part : {"ended early after step 8 of 10: 2 validations in turn brought no better eval/loss",
                           "best at step 4: eval/loss 3.0000"})
    EXPECT_NE(said.find(part), std::string::npos) << said;
  const auto lines = cases::metrics_of(folder_ / "run");
  const TrainResult again = run("run", options(2), counting, 0);  // no batch is asked for
  EXPECT_EQ(again.steps, 8);
  EXPECT_TRUE(again.ended_early);
  EXPECT_EQ(again.best, result.best);
  EXPECT_EQ(again.num_tokens, result.num_tokens);
  EXPECT_EQ(asked, 5);
  EXPECT_EQ(cases::metrics_of(folder_ / "run"), lines);
}

TEST_F(Best, CutOffAnywhereEqualsStraight) {
  const std::vector<std::pair<std::string, int64_t>> ends = {{"step-10", 0}, {"step-8", 2}};
  for (const auto& [last, patience] : ends) {
    const std::string straight = "straight " + last;
    run(straight, options(patience), hooks(kLosses));
    for (uint64_t crash = 0; crash < (patience > 0 ? 8 : 10); ++crash) {  // in the step behind `crash` of them
      const std::string cut = "cut " + last + " " + std::to_string(crash);
      EXPECT_THROW(run(cut, options(patience), hooks(kLosses), crash), std::runtime_error);
      run(cut, options(patience), hooks(kLosses));
      expect_same_end(straight, cut, last);
    }
    for (int64_t step = 0; step <= 8; step += 2) {  // in a validation
      const std::string cut = "killed " + last + " " + std::to_string(step);
      const auto kill = [&](int64_t at) {
        if (at == step) throw std::logic_error("killed");
      };
      EXPECT_THROW(run(cut, options(patience), hooks(kLosses, kill)), std::logic_error);
      run(cut, options(patience), hooks(kLosses));
      expect_same_end(straight, cut, last);
    }
  }
}

// Stopped while a validation is asked, twice in each: saved behind its step, and the rest equals the straight run; the
// line of the step is one.
TEST_F(Best, StoppedInAValidationEqualsStraight) {
  TrainOptions o = options(2);
  o.keep_checkpoints = 9;  // what was saved for the stops stays
  run("straight", o, hooks(kLosses));
  const auto stop = [](int64_t) { throw Interrupted(SIGTERM, "asked"); };
  for (int64_t step = 2; step <= 8; step += 2) {
    const auto at_step = [&](int64_t at) {
      if (at == step) stop(at);
    };
    for (int times = 0; times < 2; ++times) {
      const std::string message = message_of<Interrupted>([&] { run("stopped", o, hooks(kLosses, at_step)); });
      EXPECT_EQ(message,
                fmt::format("test: stopped in the validation behind step {} of 10, and saved; the same command "
                            "goes on from here",
                            step));
      EXPECT_EQ(newest_checkpoint(folder_ / "stopped").filename(), fmt::format("step-{}", step));
    }
  }
  EXPECT_EQ(run("stopped", o, hooks(kLosses)).steps, 8);
  EXPECT_EQ(cases::metrics_of(folder_ / "straight"), cases::metrics_of(folder_ / "stopped"));
  EXPECT_EQ(shown("straight"), shown("stopped"));
  EXPECT_EQ(best_of("stopped"), "step-4");
  for (const char* checkpoint : {"step-4", "step-6", "step-8"}) {
    for (const char* file : {"model.safetensors", "train_state/optimizer.safetensors", "train_state/state.json"})
      EXPECT_TRUE(bytes_of("straight", checkpoint, file) == bytes_of("stopped", checkpoint, file)) << file;
  }
  for (const std::string& name : checkpoints("stopped")) EXPECT_EQ(name.find("damaged"), std::string::npos) << name;
}

// Before the first step there is nothing to save: the run begins again, and so does its metrics.jsonl.
TEST_F(Best, StoppedInTheFirstValidationBeginsAgain) {
  run("straight", options(0), hooks(kLosses));
  const auto stop = [](int64_t) { throw Interrupted(SIGTERM, "asked"); };
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(message_of<Interrupted>([&] { run("stopped", options(0), hooks(kLosses, stop)); }),
              "test: stopped in the validation before the first step; the same command begins again");
  }
  EXPECT_FALSE(fs::exists(folder_ / "stopped/checkpoints"));
  // What an attempt that left no checkpoint said of its beginning is said anew.
  const auto worse = hooks({9.0, 9.0, 9.0, 9.0, 9.0});
  TrainHooks other = worse;
  other.evaluate = [&](const T5Model& model, int64_t step) {
    auto values = worse.evaluate(model, step);
    values["loss"] += 1.0;
    return values;
  };
  EXPECT_THROW(run("stopped", options(0), other, 0), std::runtime_error);
  EXPECT_EQ(cases::metrics_of(folder_ / "stopped").at(0).at("eval/loss"), 1.5);
  run("stopped", options(0), hooks(kLosses));
  expect_same_end("straight", "stopped", "step-10");
  EXPECT_EQ(cases::metrics_of(folder_ / "stopped").at(0).at("step"), 0);
  EXPECT_EQ(cases::metrics_of(folder_ / "stopped").at(0).at("eval/loss"), 0.5);
}

// A step that was saved already is not saved once more because a signal came.
TEST_F(Best, ASignalBehindASaveLeavesTheCheckpointAlone) {
  const auto raise = hooks(kLosses, [](int64_t step) {
    if (step == 6) std::raise(SIGTERM);  // a checkpoint is due behind it
  });
  const std::string message = message_of<Interrupted>([&] { run("run", options(0), raise); });
  EXPECT_NE(message.find("stopped and saved after step 6 of 10"), std::string::npos) << message;
  EXPECT_FALSE(fs::exists(folder_ / "run/checkpoints/step-6.damaged"));
}

TEST_F(Best, ACheckpointThatIsGoneHasNoLink) {
  run("run", options(0), hooks(kLosses));
  fs::remove_all(folder_ / "run/checkpoints/step-4");
  testing::internal::CaptureStderr();
  run("run", options(0), hooks(kLosses));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("the checkpoint of the best step, step-4, is gone"),
            std::string::npos);
  EXPECT_EQ(checkpoints("run"), (std::set<std::string>{"step-10"}));
}

TEST_F(Best, AValueThatIsNoNumberIsNamed) {
  for (const double value : {std::nan(""), HUGE_VAL}) {
    const std::string message = message_of<RunError>([&] {
      run("run", options(0), hooks({5.0, value, 1.0, 1.0, 1.0}));
    });
    EXPECT_NE(message.find("step 4: 'eval/loss' is "), std::string::npos) << message;
    EXPECT_NE(message.find("expected a finite number"), std::string::npos) << message;
  }
}

// A checkpoint of before says nothing of validations; what metrics.jsonl says of its step counts.
TEST_F(Best, StatesOfBeforeGoOn) {
  TrainOptions o = options(0);
  run("straight", o, hooks(kLosses));
  EXPECT_THROW(run("old", o, hooks(kLosses), 4), std::runtime_error);  // step-4 is kept, the best so far
  const auto folder = folder_ / "old/checkpoints/step-4";
  Json state = read_json(folder / "train_state/state.json");
  state.erase("best");
  state.erase("line");
  write_json(folder / "train_state/state.json", state);
  fs::remove(folder / "manifest.json");  // not among what it lists
  write_manifest(folder);
  EXPECT_EQ(run("old", o, hooks(kLosses)).best, (BestSoFar{4, 3.0, 3}));
}

}  // namespace
}  // namespace flanmoe
