// checkpoints/step-N/: the model folder, train_state/ (optimiser, counters) and manifest.json (model/manifest.h);
// complete or absent.
#pragma once

#include <cstdint>
#include <filesystem>

#include "data/tokenizer/tokenizer_folder.h"
#include "model/t5.h"
#include "train/optimizer.h"

namespace flanmoe {

struct TrainState {
  int64_t step = 0;        // steps done
  int64_t num_tokens = 0;  // real tokens seen
  double loss_sum = 0.0;   // of the steps since the last line of metrics
  int64_t loss_count = 0;
  double mean_loss = 0.0;  // of the last line of metrics

  double take_mean_loss();
};

// What is damaged and in its way (this step or later ones, when a run went on from an older checkpoint) is moved aside,
// to step-N.damaged. RunError when a weight or moment is not finite: what is saved can be gone on with.
void save_checkpoint(const std::filesystem::path& run_folder, const T5Model& model, const Optimizer& optimizer,
                     const TrainState& state, const TokenizerFiles& tokenizer);

// checkpoints/step-N of the newest whole checkpoint (its manifest is right), or an empty path when there are none at
// all. UserError when there are some and none is whole.
std::filesystem::path newest_checkpoint(const std::filesystem::path& run_folder);

// Fills the model's weights and the optimiser's state. UserError when the checkpoint is of another shape. Warns when it
// was saved on another platform (tensor/platform.h): then the run goes on, but not to the bits of a straight one.
TrainState load_checkpoint(const std::filesystem::path& checkpoint, const T5Model& model, const Optimizer& optimizer);

// Removes all but the `keep` newest.
void prune_checkpoints(const std::filesystem::path& run_folder, int64_t keep);

}  // namespace flanmoe
