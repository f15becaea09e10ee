// results.json, in the layout that users of EleutherAI's lm-evaluation-harness know; what it has no place for stands
// under "flanmoe". Shares there are fractions of 1, ours are percent.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "eval/results.h"
#include "eval/suites.h"

namespace flanmoe {

// What an evaluation was, besides its scores.
struct EvalSetup {
  std::string model;           // "" = none
  std::string model_hash;      // of config.json and the weight files
  std::string tokenizer_hash;  // of spiece.model
  std::string answers;         // "model" | "chance" | ... | the file of predictions
  std::string version, command;
};

// Everything that decides an evaluation's numbers: model, suites with every setting, tasks with the checksums of their
// task files and data files. Two evaluations of equal configuration give equal results.
Json config_json(const EvalSetup& setup, const EvalRequest& request, const EvalPlan& plan);

Json results_json(const EvalResult& result, const EvalSetup& setup, const Json& config, const EvalPlan& plan);

// Checksum of a model folder: config.json and every *.safetensors file.
std::string model_hash(const std::filesystem::path& folder);

// The harness's name of a metric: accuracy is "acc".
std::string harness_metric(const std::string& metric);

}  // namespace flanmoe
