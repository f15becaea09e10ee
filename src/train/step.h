// One optimiser step: forward, loss, backward, clip, update.
#pragma once

#include <memory>
#include <vector>

#include "model/t5.h"
#include "moe/statistics.h"
#include "tensor/batch.h"
#include "train/optimizer.h"
#include "train/options.h"

namespace flanmoe {

struct StepMetrics {
  double loss = 0.0;           // cross-entropy per target token over the whole step, router losses not in it
  double balance_loss = 0.0;   // raw, mean over micro-batches
  double z_loss = 0.0;         // likewise
  double gradient_norm = 0.0;  // before clipping
  double learning_rate = 0.0;
  int64_t num_tokens = 0;                 // real source and target tokens
  std::vector<MoeStatistics> statistics;  // when asked, pooled over micro-batches
};

// A model's optimiser with its options; the model itself is passed in. What options.freeze holds takes no gradient
// from here on, has no state and counts in no norm.
class TrainStepper {
 public:
  TrainStepper(const T5Model& model, const TrainOptions& options, uint64_t seed);
  // One step on its micro-batches (options.accumulate of them in a run). `step` counts from 0 and gives the noise and
  // the learning rate.
  StepMetrics step(const T5Model& model, const std::vector<TokenBatch>& batches, int64_t step,
                   bool collect_statistics = false);
  const Optimizer& optimizer() const { return *optimizer_; }

 private:
  TrainOptions options_;
  uint64_t seed_;
  std::vector<bool> frozen_;  // of each parameter
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace flanmoe
