// Evaluation of a model on tasks: direct and chain-of-thought prompts, zero- and few-shot, ranking of options or
// generation with extraction, normalised average (docs/definitions.md: score of a task, suite score, interval).
#pragma once

#include <filesystem>

#include "base/json.h"
#include "data/tokenizer/tokenizer.h"
#include "eval/options.h"
#include "eval/results.h"
#include "model/t5.h"

namespace flanmoe {

// `data_folder` resolves "{data}" and is where task files are looked up when not absolute.
EvalResult evaluate(const T5Model& model, const Tokenizer& tokenizer, const EvalOptions& options,
                    const std::filesystem::path& data_folder);

// What studies keep: without items; scores rounded to nothing, NaN refused.
Json eval_to_json(const EvalResult& result);
// folder/scores.json and folder/items.jsonl, complete or absent.
void write_eval(const EvalResult& result, const std::filesystem::path& folder);

}  // namespace flanmoe
