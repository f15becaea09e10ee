// The batches of a run: corpus or mixture, by its phase.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "data/batch_source.h"
#include "data/tokenizer/tokenizer.h"
#include "run/options.h"

namespace flanmoe {

// `{data}` is the data folder; absolute paths stand as they are.
std::vector<std::string> resolved_paths(std::vector<std::string> paths, const std::filesystem::path& data_folder);

std::unique_ptr<BatchSource> make_source(const RunOptions& options, const Tokenizer& tokenizer);

}  // namespace flanmoe
