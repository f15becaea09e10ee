// A model as a Hugging Face folder: config.json, model.safetensors, spiece.model, generation_config.json.
#pragma once

#include <filesystem>

#include "model/t5.h"

namespace flanmoe {

// Writes config.json, model.safetensors and generation_config.json into an existing folder, and copies `tokenizer_file`
// to spiece.model when given. The caller makes the folder atomic (base/files.h).
void save_model(const T5Model& model, const std::filesystem::path& folder, const std::filesystem::path& tokenizer_file);

// UserError naming file and key when something is missing, of another shape, or unknown.
T5Model load_model(const std::filesystem::path& folder);

}  // namespace flanmoe
