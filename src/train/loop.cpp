#include "train/loop.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/signals.h"
#include "base/stopwatch.h"
#include "data/batch_source.h"
#include "data/loader.h"
#include "train/checkpoint.h"
#include "train/metrics.h"
#include "train/step.h"

namespace flanmoe {
namespace {

constexpr int64_t kUntimedSteps = 5;

// Seconds and tokens of the steps timed so far, and how long they waited for data.
struct Meter {
  Stopwatch since_start, since_timed;
  int64_t steps = 0, timed_tokens = 0;
  double untimed_wait = 0.0, wait = 0.0;

  void count(const StepMetrics& metrics, double seconds_waited) {
    if (++steps == kUntimedSteps) {
      since_timed.restart();
      untimed_wait = seconds_waited;
    }
    if (steps > kUntimedSteps) timed_tokens += metrics.num_tokens;
    wait = seconds_waited;
  }
  double tokens_per_second() const {
    return timed_tokens == 0 ? 0.0 : static_cast<double>(timed_tokens) / since_timed.seconds();
  }
  double share_waited() const { return timed_tokens == 0 ? 0.0 : (wait - untimed_wait) / since_timed.seconds(); }
};

std::map<std::string, double> values_of(const StepMetrics& metrics, double mean_loss, const Meter& meter) {
  std::map<std::string, double> values = {{"train/loss", mean_loss},
                                          {"train/balance_loss", metrics.balance_loss},
                                          {"train/z_loss", metrics.z_loss},
                                          {"train/gradient_norm", metrics.gradient_norm},
                                          {"train/learning_rate", metrics.learning_rate},
                                          {"train/tokens_per_second", meter.tokens_per_second()},
                                          {"train/loader_wait", meter.share_waited()}};
  for (const MoeStatistics& s : metrics.statistics) {
    const std::string prefix = fmt::format("moe/{}/{}/", name_of(s.stack), s.layer);
    values[prefix + "utilisation"] = s.utilisation();
    values[prefix + "dropped_token_share"] = s.dropped_token_share();
    values[prefix + "unchosen_token_share"] = s.unchosen_token_share();
    values[prefix + "max_load_ratio"] = s.max_load_ratio();
  }
  return values;
}

std::vector<TokenBatch> next_batches(BatchLoader& loader, int64_t count) {
  std::vector<TokenBatch> batches;
  for (int64_t i = 0; i < count; ++i) batches.push_back(loader.next());
  return batches;
}

bool every(int64_t interval, int64_t done) { return interval > 0 && done % interval == 0; }

// A run of the loop: one method for each thing that a step may end with.
class Loop {
 public:
  Loop(T5Model& model, const BatchSource& source, const TrainOptions& options, const TrainRun& run,
       const TrainHooks& hooks)
      : model_(model), options_(options), run_(run), hooks_(hooks), stepper_(model, options, run.seed) {
    if (const auto checkpoint = newest_checkpoint(run.folder); !checkpoint.empty()) {
      state_ = load_checkpoint(checkpoint, model, stepper_.optimizer());
      log_info("{}: going on from {}", run.label, checkpoint.string());
    }
    if (state_.step > options.steps) {
      fail_input("{}: has {} steps already, 'train.steps' asks for {}", run.folder.string(), state_.step,
                 options.steps);
    }
    metrics_file_.emplace(run.folder, state_.step);
    progress_.emplace(run.label, options.steps, "step");
    loader_.emplace(source, static_cast<uint64_t>(state_.step * options.accumulate),
                    static_cast<uint64_t>(options.steps * options.accumulate), options.loader_threads);
    result_.final_loss = state_.mean_loss;
  }

  TrainResult run() {
    const StopSignals signals;
    while (state_.step < options_.steps) {
      const bool logs = every(options_.log_every, state_.step + 1) || state_.step + 1 == options_.steps;
      const StepMetrics metrics = step(logs);
      std::map<std::string, double> values;
      if (logs) values = log_values(metrics);
      evaluate(values);
      if (!values.empty()) metrics_file_->write(state_.step, state_.num_tokens, meter_.since_start.seconds(), values);
      progress_->update(
          state_.step, fmt::format("loss {:.3f}, {} tokens/s", metrics.loss, format_count(meter_.tokens_per_second())));
      if (every(options_.checkpoint_every, state_.step) || state_.step == options_.steps) save();
      stop_if_asked();
    }
    prune();
    progress_->finish(fmt::format("loss {:.3f}", result_.final_loss));
    result_.steps = state_.step;
    result_.num_tokens = state_.num_tokens;
    result_.tokens_per_second = meter_.tokens_per_second();
    result_.train_seconds = meter_.since_start.seconds();
    return result_;
  }

 private:
  StepMetrics step(bool collect_statistics) {
    const StepMetrics metrics =
        stepper_.step(model_, next_batches(*loader_, options_.accumulate), state_.step, collect_statistics);
    prune();  // its loss was finite, so that the newest checkpoint can be gone on with
    ++state_.step;
    state_.num_tokens += metrics.num_tokens;
    state_.loss_sum += metrics.loss;
    ++state_.loss_count;
    meter_.count(metrics, loader_->seconds_waited());
    return metrics;
  }

  std::map<std::string, double> log_values(const StepMetrics& metrics) {
    result_.final_loss = state_.take_mean_loss();
    return values_of(metrics, result_.final_loss, meter_);
  }

  void evaluate(std::map<std::string, double>& values) {
    const bool is_due =
        every(options_.eval_every, state_.step) || (options_.eval_every > 0 && state_.step == options_.steps);
    if (!hooks_.evaluate || !is_due) return;
    for (const auto& [name, value] : hooks_.evaluate(model_, state_.step)) values["eval/" + name] = value;
  }

  void save() {
    save_checkpoint(run_.folder, model_, stepper_.optimizer(), state_, run_.tokenizer);
    prune_due_ = true;
  }

  void prune() {
    if (prune_due_) prune_checkpoints(run_.folder, options_.keep_checkpoints);
    prune_due_ = false;
  }

  void stop_if_asked() {
    if (pending_signal() == 0 || state_.step == options_.steps) return;
    save();
    leave_if_asked(fmt::format("{}: stopped and saved after step {} of {}; the same command goes on from here",
                               run_.label, state_.step, options_.steps));
  }

  T5Model& model_;
  const TrainOptions& options_;
  const TrainRun& run_;
  const TrainHooks& hooks_;
  TrainStepper stepper_;
  TrainState state_;
  bool prune_due_ = false;
  std::optional<MetricsWriter> metrics_file_;
  std::optional<Progress> progress_;
  std::optional<BatchLoader> loader_;
  Meter meter_;
  TrainResult result_;
};

}  // namespace

TrainResult train(T5Model& model, const BatchSource& source, const TrainOptions& options, const TrainRun& run,
                  const TrainHooks& hooks) {
  return Loop(model, source, options, run, hooks).run();
}

}  // namespace flanmoe
