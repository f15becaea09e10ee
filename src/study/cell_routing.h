// What a cell's result says about routing: statistics by layer and token class at the default capacity and without a
// limit, and one coloured text.
#pragma once

#include "base/json.h"
#include "data/tokenizer/tokenizer.h"
#include "model/t5.h"
#include "study/options.h"

namespace flanmoe {

// {"layers": [...], "unlimited": {...}, "coloured": [...]}; null for a model without sparse layers and for decoder-only
// models.
Json routing_of_cell(const T5Model& model, const Tokenizer& tokenizer, const StudyOptions& options,
                     const std::filesystem::path& data_folder);

}  // namespace flanmoe
