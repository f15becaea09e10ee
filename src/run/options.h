// One training run as `flanmoe train` and every cell of a study do it: its configuration.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/config.h"
#include "base/names.h"
#include "data/corpus.h"
#include "data/mixture/mixture_options.h"
#include "model/options.h"
#include "run/validation_options.h"
#include "train/options.h"

namespace flanmoe {

// What a run does with the text.
enum class Phase { kPretrain, kInstruct, kFinetune };
constexpr std::array<Named<Phase>, 3> names_of(Phase) {
  return {{{Phase::kPretrain, "pretrain"}, {Phase::kInstruct, "instruct"}, {Phase::kFinetune, "finetune"}}};
}

struct RunOptions {
  Phase mode = Phase::kPretrain;
  int64_t seed = 1;
  std::string data;
  std::string tokenizer;
  int64_t num_sentinels = 0;
  std::string init;
  ModelOptions model;
  CorpusOptions corpus;
  MixtureOptions mixture;
  TrainOptions train;
  ValidationOptions validation;
  void fields(FieldVisitor& visitor);
};

// What a configuration sets, above `options`; its relative paths lead as base/config_paths.h says.
void load_run_options(const ConfigNode& config, RunOptions& options);

// The same run with its paths in their one spelling.
RunOptions with_absolute_paths(RunOptions options);

}  // namespace flanmoe
