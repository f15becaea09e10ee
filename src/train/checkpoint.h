// checkpoints/step-N/: the model folder, train_state/ (optimiser, counters) and manifest.json (model/manifest.h);
// complete or absent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "data/tokenizer/tokenizer_folder.h"
#include "model/t5.h"
#include "train/best.h"
#include "train/optimizer.h"

namespace flanmoe {

// What a run knows behind a step, a validation of this very step left out: what that said stands in metrics.jsonl, and
// where it does not, the validation is done again. So a checkpoint is the same whenever it was saved.
struct TrainState {
  int64_t step = 0;        // steps done
  int64_t num_tokens = 0;  // real tokens seen
  double loss_sum = 0.0;   // of the steps since the last line of metrics
  int64_t loss_count = 0;
  double mean_loss = 0.0;  // of the last line of metrics
  BestSoFar best;          // of the validations of earlier steps
  // What this step has to say in metrics.jsonl, without what the clock gave, where a validation has its say, too.
  std::map<std::string, double> line;

  double take_mean_loss();
};

// What is damaged and in its way (this step or later ones, when a run went on from an older checkpoint) is moved aside,
// to step-N.damaged. RunError when a weight or moment is not finite (what is saved can be gone on with), and for
// whatever else keeps it from being saved.
void save_checkpoint(const std::filesystem::path& run_folder, const T5Model& model, const Optimizer& optimizer,
                     const TrainState& state, const TokenizerFiles& tokenizer);

// checkpoints/step-N of the newest whole checkpoint (its manifest is right), or an empty path when there are none at
// all. UserError when there are some and none is whole.
std::filesystem::path newest_checkpoint(const std::filesystem::path& run_folder);

// The `count` newest whole ones, newest first. UserError when there are fewer.
std::vector<std::filesystem::path> newest_checkpoints(const std::filesystem::path& run_folder, int64_t count);

// Fills the model's weights and the optimiser's state. UserError when the checkpoint is of another shape. Warns when it
// was saved on another platform (tensor/platform.h): then the run goes on, but not to the bits of a straight one.
TrainState load_checkpoint(const std::filesystem::path& checkpoint, const T5Model& model, const Optimizer& optimizer);

// Removes all but the `keep` newest of the steps at which a run saves anyway, the newest of all and that of step `best`
// (0 = none): what was saved because a run was stopped goes when there is a newer one.
void prune_checkpoints(const std::filesystem::path& run_folder, int64_t keep, int64_t best = 0,
                       const std::function<bool(int64_t step)>& saves_anyway = nullptr);

// Those that are there, oldest first, whole or not.
std::vector<std::filesystem::path> kept_checkpoints(const std::filesystem::path& run_folder);
// N of checkpoints/step-N.
int64_t step_of_checkpoint(const std::filesystem::path& checkpoint);

// Makes checkpoints/best a link to the checkpoint of a step. A checkpoint that is gone (an older one was gone back to)
// has none, and a warning says so.
void link_best_checkpoint(const std::filesystem::path& run_folder, int64_t step);

}  // namespace flanmoe
