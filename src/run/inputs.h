// What a run reads, by content: a run that goes on reads what it began with, wherever it lies now.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"
#include "data/tokenizer/tokenizer.h"
#include "run/options.h"

namespace flanmoe {

// Of the vocabulary, the texts of a pre-training, the task files of a mixture with their prompts and training rows, and
// of what is validated on: for each the file's path (for messages), size and checksum of all bytes, under a name that
// says what it is and not where it lies. Every file is read once, which takes a small part of the time that making
// tokens of it does; no time of change is trusted.
Json inputs_of(const RunOptions& options, const Tokenizer& tokenizer);

// The name of the first input that is other content in two records, or in one of them alone; "" = they are the same.
// UserError naming `where` they come from for what is no record.
std::string other_input(const Json& there, const Json& here, const std::string& where);

// Whether the folder holds an inputs.json that keep_inputs will hold the inputs against.
bool compares_inputs(const std::filesystem::path& folder);

// Keeps inputs.json in a run's folder until its first checkpoint is there; then checks against it. UserError naming
// what changed. A run of before, which has checkpoints and no inputs.json, gets one, with a warning. Called by the
// owner of the folder.
void keep_inputs(const Json& inputs, const std::filesystem::path& folder);

}  // namespace flanmoe
