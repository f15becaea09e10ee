// config.json of a model folder (docs/format.md): Hugging Face's `t5` and `switch_transformers` where the model is one
// of them, else `flanmoe`, which has the same keys and a `moe` block.
#pragma once

#include <string>

#include "base/json.h"
#include "model/options.h"

namespace flanmoe {

// UserError naming `file`, the key, what it is and what was expected; an unknown model_type lists the known ones.
ModelOptions options_from_config(const Json& config, const std::string& file);

Json config_of(const ModelOptions& options);

// "t5", "switch_transformers" or "flanmoe".
std::string model_type_of(const ModelOptions& options);

// Options as a JSON object, nested as their sections are; parse_config and load_options read its text back.
template <class Options>
Json options_to_json(Options options);

}  // namespace flanmoe
