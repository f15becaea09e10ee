// What a run begins with, or goes on from.
#pragma once

#include <filesystem>

#include "model/options.h"
#include "run/options.h"

namespace flanmoe {

// The model folder that weights and vocabulary come from: the newest checkpoint of the run's own folder, so that it
// goes on when the folder of `init` is gone; else options.init; "" = fresh weights.
struct Beginning {
  std::filesystem::path folder;
  bool goes_on = false;
};
Beginning beginning_of(const RunOptions& options, const std::filesystem::path& run_folder);

// The model that is trained, as far as it is known without loading anything: that of the beginning, else
// options.model, whose vocabulary size may still be 0.
ModelOptions model_of_beginning(const RunOptions& options, const Beginning& beginning);

// UserError naming the first key of the configuration's section `model` that says something else than the model that
// `init` brings. A model is taken as it is.
void refuse_other_model(const ConfigNode& config, const RunOptions& options, const Beginning& beginning);

}  // namespace flanmoe
