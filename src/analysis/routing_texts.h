// The texts that an analysis of routing reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "analysis/routing.h"
#include "data/batch_source.h"
#include "data/tokenizer/tokenizer.h"
#include "eval/options.h"

namespace flanmoe {

// Prompts of the tasks of `options` with their answers, the first rows of each task in turn, at most `num_texts`.
// UserError when there are none.
std::vector<TextIds> routing_texts(const Tokenizer& tokenizer, const EvalOptions& options, int64_t num_texts,
                                   const std::filesystem::path& data_folder);

// The first `num_texts` rows of a source whose rows hold one example each: text as a model was trained on it.
std::vector<TextIds> texts_of_batches(const BatchSource& source, int64_t num_texts);

}  // namespace flanmoe
