// Routing of a model over texts as JSON: by layer and token class at the default capacity and without a limit, and one
// coloured text.
#pragma once

#include <vector>

#include "analysis/routing.h"
#include "base/json.h"
#include "data/tokenizer/tokenizer.h"
#include "model/t5.h"

namespace flanmoe {

// {"num_texts", "layers": [...], "unlimited": [...], "coloured": [...]}; null for a model without sparse layers and for
// decoder-only models. "unlimited" is null under expert choice, whose capacity is its routing.
Json routing_json(const T5Model& model, const Tokenizer& tokenizer, const std::vector<TextIds>& texts);

// {"num_texts", "layers": [...]} alone, at the default capacity, of a model with sparse layers in an encoder-decoder.
Json routing_layers_json(const T5Model& model, const Tokenizer& tokenizer, const std::vector<TextIds>& texts);

}  // namespace flanmoe
