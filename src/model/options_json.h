// Model options as a JSON object, nested as their sections are; parse_config and load_options read its text back.
#pragma once

#include "base/json.h"
#include "model/options.h"

namespace flanmoe {

Json options_to_json(ModelOptions options);

}  // namespace flanmoe
