// A training run: a configuration in, a run folder out (docs/trace.md follows one step of it).
#pragma once

#include <filesystem>
#include <string>

#include "run/options.h"
#include "train/loop.h"

namespace flanmoe {

// Trains to the end (resuming from the newest checkpoint of `folder`), writes config.yaml and owns the folder
// meanwhile. UserError showing the difference when the folder holds a run of another configuration, or when another
// process works in it. `label` stands in progress lines.
TrainResult run_training(const RunOptions& options, const std::filesystem::path& folder, const std::string& label);

}  // namespace flanmoe
