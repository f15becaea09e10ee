// The texts that an analysis of routing reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "analysis/routing.h"
#include "data/tokenizer/tokenizer.h"
#include "eval/options.h"

namespace flanmoe {

// Prompts of the tasks of `options` with their answers, the first rows of each task in turn, at most `num_texts`.
// UserError when there are none.
std::vector<TextIds> routing_texts(const Tokenizer& tokenizer, const EvalOptions& options, int64_t num_texts,
                                   const std::filesystem::path& data_folder);

}  // namespace flanmoe
