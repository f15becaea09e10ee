// config.json of an evaluation folder: everything that decides its numbers.
#pragma once

#include <filesystem>
#include <string>

#include "base/json.h"
#include "eval/files/suites.h"

namespace flanmoe {

// What an evaluation was, besides its scores.
struct EvalSetup {
  std::string model;           // "" = none
  std::string model_hash;      // of config.json and the weight files
  std::string tokenizer_hash;  // Tokenizer::fingerprint: of spiece.model and the rules beside it
  std::string answers;         // "model" | "chance" | ... | the file of predictions
  std::string version, command;
  Json routing = Json::object();  // settings of the model's routing that are not its own: {"min_capacity": 1}
};

// Everything that decides an evaluation's numbers: model, suites with every setting, tasks with the checksums of their
// task files, prompts and data files. Two evaluations of equal configuration give equal results.
Json config_json(const EvalSetup& setup, const EvalRequest& request, const EvalPlan& plan);

// A text of the user's as files can hold it: bytes that are no UTF-8, as in the name of a folder, become U+FFFD.
std::string as_utf8(const std::string& text);

// Options as `dump_options` (base/config.h) gives them.
Json settings_json(const std::string& dumped);

// Checksum of a model folder: config.json and every *.safetensors file.
std::string model_hash(const std::filesystem::path& folder);

}  // namespace flanmoe
