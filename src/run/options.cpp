#include "run/options.h"

namespace flanmoe {

void RunOptions::fields(FieldVisitor& v) {
  v.choice("mode", mode, "what the run does with the text");
  v.field("seed", seed, "of initial weights, data order, dropout and routing noise");
  v.field("data", data, "folder that {data} stands for: a world, or real data");
  v.field("tokenizer", tokenizer, "SentencePiece model; empty = {data}/spiece.model");
  v.field("num_sentinels", num_sentinels, "sentinel ids for span corruption");
  v.require(num_sentinels >= 1, "num_sentinels", "1 or more");
  v.field("init", init, "model folder to start from; empty = fresh weights");
  v.section("model", model, "shape of fresh weights");
  v.section("corpus", corpus, "pre-training text (mode pretrain)");
  v.section("mixture", mixture, "tasks (modes instruct and finetune)");
  v.section("train", train, "steps and optimiser");
  v.section("validation", validation, "tasks asked every train.eval_every steps; no tasks = not at all");
}

}  // namespace flanmoe
