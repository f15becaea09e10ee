// What one training run needs: optimiser, schedule, length. The data and the model have their own structs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/names.h"

namespace flanmoe {

// Adafactor as T5X has it (docs/routing.md 13).
enum class OptimizerName { kAdamw, kAdafactor };
constexpr std::array<Named<OptimizerName>, 2> names_of(OptimizerName) {
  return {{{OptimizerName::kAdamw, "adamw"}, {OptimizerName::kAdafactor, "adafactor"}}};
}
// Course of the learning rate; formulas in train/schedule.h.
enum class Schedule { kConstant, kRsqrt, kCosine, kLinear };
constexpr std::array<Named<Schedule>, 4> names_of(Schedule) {
  return {{{Schedule::kConstant, "constant"},
           {Schedule::kRsqrt, "rsqrt"},
           {Schedule::kCosine, "cosine"},
           {Schedule::kLinear, "linear"}}};
}

struct OptimizerOptions {
  OptimizerName name = OptimizerName::kAdamw;
  double learning_rate = 3e-3;
  Schedule schedule = Schedule::kCosine;
  int64_t warmup_steps = 0;
  double final_fraction = 0.1;
  double weight_decay = 0.0;
  double beta1 = 0.9, beta2 = 0.99;
  double epsilon = 1e-8;
  double clip_norm = 1.0;
  void fields(FieldVisitor& visitor);
};

struct TrainOptions {
  int64_t steps = 1000;
  int64_t accumulate = 1;  // batch i of a step is step * accumulate + i of the source
  std::optional<double> dropout, expert_dropout;
  std::optional<double> balance_loss, z_loss;
  std::vector<std::string> freeze;  // train/freeze.h
  int64_t log_every = 50;
  int64_t checkpoint_every = 0;
  int64_t keep_checkpoints = 2;
  int64_t eval_every = 0;
  std::vector<int64_t> eval_at;
  std::string best;  // train/best.h
  bool keep_best = true;
  int64_t patience = 0;
  int64_t loader_threads = 1;  // data/loader.h
  OptimizerOptions optimizer;
  void fields(FieldVisitor& visitor);

  bool validates() const { return eval_every > 0 || !eval_at.empty(); }
  // Whether a validation comes behind `step`, of 0 (before the first one) to `steps`.
  bool validates_at(int64_t step) const;
};

}  // namespace flanmoe
