#include "run/options.h"

#include "base/config_paths.h"

namespace flanmoe {

void RunOptions::fields(FieldVisitor& v) {
  v.choice("mode", mode, "what the run does with the text");
  v.field("seed", seed, "of initial weights, data order, dropout and routing noise");
  v.field("data", data, "folder that {data} stands for in other paths: a world, or real data");
  v.field("tokenizer", tokenizer,
          "vocabulary: a SentencePiece model, or a model folder with its own; empty = that of init, without init "
          "{data}/spiece.model");
  v.field("num_sentinels", num_sentinels,
          "sentinel ids for span corruption above the vocabulary; 0 = as the model folder of the vocabulary says, 100 "
          "for a SentencePiece model alone");
  v.require_within(num_sentinels, 0, 100'000, "num_sentinels");
  v.field("init", init,
          "model folder to start from, as it is: its shape, routing, capacities, dropout and vocabulary; empty = fresh "
          "weights. Pretrained T5s of others take smaller learning rates than worlds: presets instruct_t5, "
          "finetune_t5");
  v.section("model", model, "shape of fresh weights; beside init nothing that differs from its model");
  v.section("corpus", corpus, "pre-training text (mode pretrain)");
  v.section("mixture", mixture, "tasks (modes instruct and finetune)");
  v.section("train", train, "steps and optimiser");
  v.section("validation", validation, "tasks and held-out text asked while training (train.eval_every, train.eval_at)");
}

void load_run_options(const ConfigNode& config, RunOptions& options) {
  load_options(with_absolute_paths(config, {"data", "tokenizer", "init", "corpus.files", "corpus.first_files",
                                            "mixture.tasks", "mixture.cache", "validation.tasks", "validation.files"}),
               options);
}

RunOptions with_absolute_paths(RunOptions options) {
  for (std::string* path : {&options.data, &options.tokenizer, &options.init, &options.mixture.cache})
    *path = absolute_path(*path);
  for (auto* paths :
       {&options.corpus.files, &options.mixture.tasks, &options.validation.tasks, &options.validation.files}) {
    for (std::string& path : *paths) path = absolute_path(path);
  }
  return options;
}

}  // namespace flanmoe
