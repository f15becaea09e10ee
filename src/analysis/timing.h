// Rates of a model: training, evaluation and greedy decoding on the same batches, timed in turns with others by the
// caller, so that a slow moment of the machine hits all alike.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"
#include "model/t5.h"
#include "tensor/batch.h"
#include "train/options.h"
#include "train/step.h"

namespace flanmoe {

class ModelTimer {
 public:
  // `model` learns while it is timed; time does not depend on what was learned.
  ModelTimer(const T5Model& model, const TrainOptions& options, uint64_t seed);

  // One training step, one pass and one decoding of the batch: answers of one length for every model, end tokens
  // forbidden. The first kWarmupRounds count for nothing.
  void time_round(const TokenBatch& batch);
  static constexpr int64_t kWarmupRounds = 2;

  // {"train_tokens_per_second", "eval_tokens_per_second", "decode_tokens_per_second"}: medians; "rounds": {the same
  // names: a value a round}, since rates of one round are those of two models in the same moment; "decoded_tokens": of
  // a round. Asked after a round that counts.
  Json rates() const;

 private:
  T5Model model_;
  TrainStepper stepper_;
  int64_t round_ = 0, decoded_tokens_ = 0;
  std::vector<double> train_rates_, eval_rates_, decode_rates_;
};

}  // namespace flanmoe
