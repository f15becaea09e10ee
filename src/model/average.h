// One model for several of one configuration: the mean of their weights, as of the last checkpoints of a run.
#pragma once

#include <filesystem>
#include <vector>

namespace flanmoe {

// Writes the mean, summed in double and kept as float32, as a new model folder `out` (complete or absent; it must not
// exist), with vocabulary and generation_config.json of the first. One weight of all models is in memory at a time. The
// mean of equal models is their bits. UserError naming the first difference when their configurations or vocabularies
// differ, and for a folder that load_model refuses.
void average_models(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& out);

}  // namespace flanmoe
