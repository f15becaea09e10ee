// What a user may call a model: its folder, or a training run.
#pragma once

#include <filesystem>

namespace flanmoe {

// The model folder that `name` means: itself; or, of a training run (RUN, or RUN/checkpoints), the newest whole
// checkpoint, which is logged. UserError when a run has none. Every command that loads a model asks here.
std::filesystem::path model_folder(const std::filesystem::path& name);

}  // namespace flanmoe
