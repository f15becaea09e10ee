// Training that another study has done in exactly the same way is taken from its folder (flanmoe study --reuse).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "run/options.h"
#include "study/cell_result.h"
#include "study/cells.h"

namespace flanmoe {

// `others` are folders of other studies, running or not. UserError for one that is no study's, saying what it lacks, or
// that is the study's own.
void check_other_studies(const std::vector<std::filesystem::path>& others, const StudyFolder& folder);

// Before a cell of pre-training or instruction tuning is trained whose folder holds no checkpoint: copies the run of
// the first done cell of the same seed and phase in `others`, whatever its arm's name, that is the same run
// (run/same_run.h), was done on this platform and keeps the `average` checkpoints that the phase averages. Else the
// log says for each study what its nearest cell has otherwise. A damaged cell is left alone, with a warning.
void take_training(const Cell& cell, const RunOptions& run, int64_t average, const StudyFolder& folder,
                   const std::vector<std::filesystem::path>& others);

// How many of the cells were taken from which other study: [{"study", "cells", "train_seconds" (then)}].
Json reused_json(const CellResults& results);
// The same for people, and which of the `others` nothing was taken from.
void tell_reused(const Json& reused, const std::vector<std::filesystem::path>& others);

}  // namespace flanmoe
