#include "train/loop.h"

#include <cmath>
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
#include "train/freeze.h"
#include "train/meter.h"
#include "train/metrics.h"
#include "train/step.h"

namespace flanmoe {
namespace {

using Values = std::map<std::string, double>;

constexpr const char* kEval = "eval/";

Values values_of(const StepMetrics& metrics, double mean_loss) {
  Values values = {{"train/loss", mean_loss},
                   {"train/balance_loss", metrics.balance_loss},
                   {"train/z_loss", metrics.z_loss},
                   {"train/gradient_norm", metrics.gradient_norm},
                   {"train/learning_rate", metrics.learning_rate}};
  for (const MoeStatistics& s : metrics.statistics) {
    const std::string prefix = fmt::format("moe/{}/{}/", name_of(s.stack), s.layer);
    values[prefix + "utilisation"] = s.utilisation();
    values[prefix + "kept_per_token"] = s.kept_per_token();
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

// What the line of a step holds of a validation.
Values validated_values(const Values& line) {
  Values values;
  for (const auto& [name, value] : line) {
    if (name.starts_with(kEval)) values[name] = value;
  }
  return values;
}

// A run of the loop: one method for each thing that a step may end with. `state_` is what a checkpoint of this step
// holds; `best_` knows the validation of this step, too.
class Loop {
 public:
  Loop(T5Model& model, const BatchSource& source, const TrainOptions& options, const TrainRun& run,
       const TrainHooks& hooks)
      : model_(model), options_(options), run_(run), hooks_(hooks), stepper_(model, options, run.seed) {
    check_best(options, hooks.metrics);
    if (!options.freeze.empty()) log_info("{}: {}", run.label, describe_frozen(options.freeze, model.options()));
    const auto checkpoint = newest_checkpoint(run.folder);
    if (!checkpoint.empty()) {
      state_ = load_checkpoint(checkpoint, model, stepper_.optimizer());
      saved_step_ = state_.step;
      prune_due_ = true;  // a kill may have come between the save and that
      log_info("{}: going on from {}", run.label, checkpoint.string());
    }
    if (state_.step > options.steps) {
      fail_input("{}: has {} steps already, 'train.steps' asks for {}", run.folder.string(), state_.step,
                 options.steps);
    }
    best_ = state_.best;
    metrics_file_.emplace(run.folder, checkpoint.empty() ? kNothingDone : state_.step);
    progress_.emplace(run.label, options.steps, "step");
    loader_.emplace(source, static_cast<uint64_t>(state_.step * options.accumulate),
                    static_cast<uint64_t>(options.steps * options.accumulate), options.loader_threads);
    result_.final_loss = state_.mean_loss;
  }

  TrainResult run() {
    const StopSignals signals;
    end_step_before();
    while (!has_ended()) {
      const double loss = step();
      write_line();
      show(loss);
      if (is_save_due()) save();
      stop_if_asked();
    }
    prune();
    progress_->finish(fmt::format("loss {:.3f}", result_.final_loss));
    tell_best();
    result_.steps = state_.step;
    result_.num_tokens = state_.num_tokens;
    result_.tokens_per_second = meter_.tokens_per_second();
    result_.train_seconds = meter_.seconds();
    result_.best = best_;
    result_.ended_early = state_.step < options_.steps;
    return result_;
  }

 private:
  bool has_ended() const { return state_.step == options_.steps || is_patience_over(options_, best_); }

  // The loss of the step alone.
  double step() {
    const bool logs = every(options_.log_every, state_.step + 1) || state_.step + 1 == options_.steps;
    const Stopwatch watch;
    const double waited_before = loader_->seconds_waited();
    const StepMetrics metrics = stepper_.step(model_, next_batches(*loader_, options_.accumulate), state_.step, logs);
    meter_.count(metrics.num_tokens, watch.seconds(), loader_->seconds_waited() - waited_before);
    prune();  // its loss was finite, so that the newest checkpoint can be gone on with
    state_.best = best_;
    state_.line.clear();
    ++state_.step;
    state_.num_tokens += metrics.num_tokens;
    state_.loss_sum += metrics.loss;
    ++state_.loss_count;
    if (logs) {
      result_.final_loss = state_.take_mean_loss();
      state_.line = values_of(metrics, result_.final_loss);
    }
    return metrics.loss;
  }

  bool is_validation_due() const { return hooks_.evaluate && options_.validates_at(state_.step); }

  void write_line() {
    Values values = state_.line;
    if (!values.empty()) values.merge(meter_.take_window());
    if (is_validation_due()) {
      values.merge(validate());
    } else {
      state_.line.clear();
    }
    if (!values.empty()) metrics_file_->write(state_.step, state_.num_tokens, meter_.seconds(), values);
  }

  Values validate() {
    Values values;
    try {
      for (const auto& [name, value] : hooks_.evaluate(model_, state_.step)) values[kEval + name] = value;
    } catch (const Interrupted& stop) {
      if (state_.step == 0) {
        throw Interrupted(stop.signal, run_.label +
                                           ": stopped in the validation before the first step; the same "
                                           "command begins again");
      }
      save();
      throw Interrupted(stop.signal, fmt::format("{}: stopped in the validation behind step {} of {}, and saved; the "
                                                 "same command goes on from here",
                                                 run_.label, state_.step, options_.steps));
    }
    for (const auto& [name, value] : values) {
      if (!std::isfinite(value)) fail_run("step {}: '{}' is {}, expected a finite number", state_.step, name, value);
    }
    observe(values);
    return values;
  }

  // What the run begins with is no step that could be the best.
  void observe(const Values& validated) {
    if (options_.best.empty() || state_.step == 0) return;
    FLANMOE_ASSERT(validated.contains(options_.best));
    best_ = after_validation(state_.best, options_.best, validated.at(options_.best), state_.step);
  }

  // A checkpoint does not know what the validation of its own step said: metrics.jsonl does, or it is done now.
  void end_step_before() {
    if (!is_validation_due()) return;
    const Values said = validated_values(metrics_file_->done_values());
    if (said.empty() || (!options_.best.empty() && !said.contains(options_.best))) {
      write_line();
    } else {
      observe(said);
    }
    link_best();
    if (state_.step > 0) stop_if_asked();
  }

  bool keeps_best() const { return options_.keep_best && best_.step > 0; }

  bool is_save_due() const {
    return every(options_.checkpoint_every, state_.step) || has_ended() || (keeps_best() && best_.step == state_.step);
  }

  void save() {
    if (saved_step_ == state_.step) return;
    metrics_file_->sync();
    save_checkpoint(run_.folder, model_, stepper_.optimizer(), state_, run_.tokenizer);
    saved_step_ = state_.step;
    prune_due_ = true;
    if (best_.step == state_.step) link_best();
  }

  void link_best() {
    if (keeps_best()) link_best_checkpoint(run_.folder, best_.step);
  }

  void prune() {
    if (prune_due_) {
      prune_checkpoints(run_.folder, options_.keep_checkpoints, keeps_best() ? best_.step : 0, [this](int64_t step) {
        const bool is_end = step == options_.steps || (has_ended() && step == state_.step);
        return every(options_.checkpoint_every, step) || is_end;
      });
    }
    prune_due_ = false;
  }

  void show(double loss) {
    const double rate = meter_.recent_tokens_per_second();
    const std::string speed = rate > 0.0 ? fmt::format(", {} tokens/s", format_count(rate)) : "";
    progress_->update(state_.step, fmt::format("loss {:.3f}{}", loss, speed));
  }

  void tell_best() const {
    if (best_.step == 0) return;
    if (state_.step < options_.steps) {
      log_info("{}: ended early after step {} of {}: {} validations in turn brought no better {}", run_.label,
               state_.step, options_.steps, best_.num_worse, options_.best);
    }
    log_info("{}: best at step {}: {} {:.4f}", run_.label, best_.step, options_.best, best_.value);
  }

  void stop_if_asked() {
    if (pending_signal() == 0 || has_ended()) return;
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
  BestSoFar best_;
  int64_t saved_step_ = -1;
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
