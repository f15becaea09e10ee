// One training run as `flanmoe train` and every cell of a study do it: a configuration in, a run folder out.
#pragma once

#include <array>
#include <filesystem>
#include <string>

#include "base/config.h"
#include "base/names.h"
#include "data/batch_source.h"
#include "data/corpus.h"
#include "data/mixture/mixture_options.h"
#include "data/tokenizer/tokenizer.h"
#include "eval/evaluate.h"
#include "model/options.h"
#include "train/loop.h"
#include "train/options.h"

namespace flanmoe {

enum class Phase { kPretrain, kInstruct, kFinetune };
constexpr std::array<Named<Phase>, 3> names_of(Phase) {
  return {{{Phase::kPretrain, "pretrain"}, {Phase::kInstruct, "instruct"}, {Phase::kFinetune, "finetune"}}};
}

struct RunOptions {
  Phase mode = Phase::kPretrain;
  int64_t seed = 1;
  std::string data;       // folder that {data} stands for: a world, or real data
  std::string tokenizer;  // SentencePiece model; "" = {data}/spiece.model
  int64_t num_sentinels = 100;
  std::string init;        // model folder to start from; "" = fresh weights of `model`
  ModelOptions model;      // read for fresh weights only
  CorpusOptions corpus;    // pretrain
  MixtureOptions mixture;  // instruct, finetune
  TrainOptions train;
  EvalOptions validation;  // asked every train.eval_every steps; no tasks = not at all
  void fields(FieldVisitor& visitor);
};

// The tokenizer a run uses.
Tokenizer open_tokenizer(const RunOptions& options);

// The model a run starts from, its vocabulary size filled in.
T5Model initial_model(const RunOptions& options, const Tokenizer& tokenizer);

std::unique_ptr<BatchSource> make_source(const RunOptions& options, const Tokenizer& tokenizer);

// Trains to the end (resuming from the newest checkpoint of `folder`) and writes config.yaml. UserError showing the
// difference when the folder holds a run of another configuration.
TrainResult run_training(const RunOptions& options, const std::filesystem::path& folder, const std::string& label);

// Lines that differ between two configurations, for messages.
std::string line_difference(const std::string& before, const std::string& now);

}  // namespace flanmoe
