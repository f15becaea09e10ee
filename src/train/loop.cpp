#include "train/loop.h"

#include <chrono>

#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/signals.h"
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
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now(), timed_start = start;
  int64_t steps = 0, timed_tokens = 0;
  double untimed_wait = 0.0, wait = 0.0;

  void count(const StepMetrics& metrics, double seconds_waited) {
    if (++steps == kUntimedSteps) {
      timed_start = std::chrono::steady_clock::now();
      untimed_wait = seconds_waited;
    }
    if (steps > kUntimedSteps) timed_tokens += metrics.num_tokens;
    wait = seconds_waited;
  }
  static double since(std::chrono::steady_clock::time_point from) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count();
  }
  double tokens_per_second() const {
    return timed_tokens == 0 ? 0.0 : static_cast<double>(timed_tokens) / since(timed_start);
  }
  double share_waited() const { return timed_tokens == 0 ? 0.0 : (wait - untimed_wait) / since(timed_start); }
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

}  // namespace

TrainResult train(T5Model& model, const BatchSource& source, const TrainOptions& options, const TrainRun& run,
                  const TrainHooks& hooks) {
  TrainStepper stepper(model, options, run.seed);
  TrainState state;
  if (const auto checkpoint = newest_checkpoint(run.folder); !checkpoint.empty()) {
    state = load_checkpoint(checkpoint, model, stepper.optimizer());
    log_info("{}: going on from {}", run.label, checkpoint.string());
  }
  if (state.step > options.steps) {
    fail_input("{}: has {} steps already, 'train.steps' asks for {}", run.folder.string(), state.step, options.steps);
  }
  MetricsWriter metrics_file(run.folder, state.step);
  Progress progress(run.label, options.steps, "step");
  BatchLoader loader(source, static_cast<uint64_t>(state.step * options.accumulate),
                     static_cast<uint64_t>(options.steps * options.accumulate), options.loader_threads);
  Meter meter;
  TrainResult result;
  result.final_loss = state.mean_loss;
  const auto save = [&] {
    save_checkpoint(run.folder, model, stepper.optimizer(), state, run.tokenizer);
    prune_checkpoints(run.folder, options.keep_checkpoints);
  };
  while (state.step < options.steps) {
    const bool log_step = every(options.log_every, state.step + 1) || state.step + 1 == options.steps;
    const StepMetrics metrics = stepper.step(model, next_batches(loader, options.accumulate), state.step, log_step);
    ++state.step;
    state.num_tokens += metrics.num_tokens;
    state.loss_sum += metrics.loss;
    ++state.loss_count;
    meter.count(metrics, loader.seconds_waited());
    std::map<std::string, double> values;
    if (log_step) {
      result.final_loss = state.take_mean_loss();
      values = values_of(metrics, result.final_loss, meter);
    }
    if (hooks.evaluate &&
        (every(options.eval_every, state.step) || (options.eval_every > 0 && state.step == options.steps))) {
      for (const auto& [name, value] : hooks.evaluate(model, state.step)) values["eval/" + name] = value;
    }
    if (!values.empty()) metrics_file.write(state.step, state.num_tokens, Meter::since(meter.start), values);
    progress.update(state.step,
                    fmt::format("loss {:.3f}, {} tokens/s", metrics.loss, format_count(meter.tokens_per_second())));
    if (every(options.checkpoint_every, state.step) || state.step == options.steps) save();
    if (const int signal = pending_signal(); signal != 0 && state.step < options.steps) {
      save();
      throw Interrupted(signal,
                        fmt::format("{}: stopped and saved after step {} of {}; the same command goes on from here",
                                    run.label, state.step, options.steps));
    }
  }
  progress.finish(fmt::format("loss {:.3f}", result.final_loss));
  result.steps = state.step;
  result.num_tokens = state.num_tokens;
  result.tokens_per_second = meter.tokens_per_second();
  result.train_seconds = Meter::since(meter.start);
  return result;
}

}  // namespace flanmoe
