// A run that was done in another folder, copied as if it had been done in this one.
#pragma once

#include <filesystem>

#include "base/json.h"
#include "run/same_run.h"

namespace flanmoe {

// Whether a run's folder, there or not, holds no checkpoint that a copy would replace, a damaged one put aside among
// them.
bool has_room_for_copy(const std::filesystem::path& folder);

// Copies metrics, events and checkpoints of the run in `there`, which difference_of (run/same_run.h) finds the same,
// into `folder`, which has room; config.yaml and inputs.json are those of `run`. The checkpoints come last and all at
// once, and in them `origin`: a copy that is killed leaves what a run leaves that is killed before its first
// checkpoint. UserError naming the file of a checkpoint that is damaged, before anything is written.
void copy_run(const PlannedRun& run, const std::filesystem::path& there, const std::filesystem::path& folder,
              const Json& origin);

// What copy_run was told of the run in the folder; null when it was done there.
Json origin_of_run(const std::filesystem::path& folder);

}  // namespace flanmoe
