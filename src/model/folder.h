// A model as a Hugging Face folder (docs/format.md): config.json, model.safetensors or shards, generation_config.json.
#pragma once

#include <filesystem>

#include "model/t5.h"
#include "model/weights.h"

namespace flanmoe {

struct SaveOptions {
  at::ScalarType dtype = at::kFloat;
  uint64_t max_shard_bytes = 0;  // 0 = one file
};

// Writes config.json, weights and generation_config.json into an existing folder; one weight at a time is asked of
// `source`. The caller makes the folder atomic (base/files.h) and adds the tokenizer
// (data/tokenizer/tokenizer_folder.h).
void write_model(const ModelOptions& options, const WeightSource& source, const std::filesystem::path& folder,
                 const SaveOptions& save = {});
void save_model(const T5Model& model, const std::filesystem::path& folder, const SaveOptions& save = {});

// The model of a folder written by us or by transformers. Float32 weights stay in the mapped files until they are
// written to; others are converted. UserError naming file, tensor or key when something is missing, of another shape,
// not part of the model, contradictory, not a number, or damaged (model/manifest.h).
T5Model load_model(const std::filesystem::path& folder);
// The same of a folder whose manifest was looked at already.
T5Model load_checked_model(const std::filesystem::path& folder);

// The options alone, of a model folder or of a config.json.
ModelOptions load_model_options(const std::filesystem::path& folder_or_config);

}  // namespace flanmoe
