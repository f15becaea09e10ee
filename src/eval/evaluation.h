// Evaluation: tasks asked of somebody, judged and scored; the one engine of `flanmoe eval`, of a study's cells and of
// validation while training (docs/definitions.md: score of a task, suite score, interval).
#pragma once

#include <filesystem>
#include <functional>

#include "base/json.h"
#include "data/tokenizer/tokenizer.h"
#include "eval/asking/answerer.h"
#include "eval/asking/run_tasks.h"
#include "eval/files/config_json.h"
#include "eval/files/suites.h"
#include "eval/options.h"
#include "eval/results.h"
#include "model/t5.h"

namespace flanmoe {

// The tasks of one set of options, each under its own suite; `data_folder` is what "{data}" stands for.
EvalRequest request_of(const EvalOptions& options, const std::filesystem::path& data_folder);

// A model's answers; nothing is kept.
EvalResult evaluate(const T5Model& model, const Tokenizer& tokenizer, const EvalOptions& options,
                    const std::filesystem::path& data_folder);

// The same with a folder that keeps every answer as it comes (eval/files/eval_folder.h): goes on where it was, and a
// finished one is read back. `open_answerer` is called when there is something left to ask; an empty `folder` keeps
// nothing. Returns results.json (eval/files/results_json.h). Warns of skipped rows and of tasks without a score.
Json evaluate_into(const std::filesystem::path& folder, const EvalRequest& request, const EvalPlan& plan,
                   const EvalSetup& setup, const std::function<Answerer()>& open_answerer, const RunHooks& hooks);

}  // namespace flanmoe
