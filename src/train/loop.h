// The training loop: steps, metrics, checkpoints, exact resume. N steps straight equal N/2 + save + load + N/2, bit for
// bit.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/batch_source.h"
#include "data/tokenizer/tokenizer_folder.h"
#include "model/t5.h"
#include "train/best.h"
#include "train/options.h"

namespace flanmoe {

struct TrainRun {
  std::filesystem::path folder;  // run folder: metrics.jsonl, events, checkpoints/step-N/{model folder, train_state/}
  std::string label = "train";   // shown in progress: "pretrain switch seed 1"
  TokenizerFiles tokenizer;      // written into each checkpoint
  uint64_t seed = 1;             // dropout and routing noise
};

struct TrainHooks {
  // A validation, at the steps that TrainOptions::validates_at says; the returned values are written to metrics.jsonl
  // under "eval/<name>". It may throw Interrupted: the run is saved as it is after this step (before the first one
  // there is nothing to save), and the same command asks again. The same weights give the same values.
  std::function<std::map<std::string, double>(const T5Model&, int64_t step)> evaluate;
  std::vector<std::string> metrics;  // of its names those that TrainOptions::best may say
};

struct TrainResult {
  int64_t steps = 0;
  double final_loss = 0.0;         // mean since the last line of metrics.jsonl before the end
  double tokens_per_second = 0.0;  // train/meter.h, this process only
  double train_seconds = 0.0;      // this process only
  int64_t num_tokens = 0;          // real tokens seen in all
  BestSoFar best;                  // step 0 when nobody asked
  bool ended_early = false;        // patience was over
};

// Trains `model` in place from the newest complete checkpoint of the run folder (its weights, optimiser state and step
// replace what was given), or from step 0. The last checkpoint holds the finished model; checkpoints/best leads to that
// of the best validation. Throws Interrupted after saving when a signal came, RunError when a loss is not finite
// (naming the step) or the disk is full.
TrainResult train(T5Model& model, const BatchSource& source, const TrainOptions& options, const TrainRun& run,
                  const TrainHooks& hooks = {});

}  // namespace flanmoe
