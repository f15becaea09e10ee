#include "run/validation_options.h"

namespace flanmoe {

void ValidationOptions::fields(FieldVisitor& v) {
  EvalOptions::fields(v);
  v.field("include", include, "names of tasks to keep, * and ? allowed; empty = all");
  v.field("loss_batches", loss_batches,
          "batches of held-out text whose loss is eval/loss, the same ones each time; 0 = no loss");
  v.require_within(loss_batches, 0, 100'000, "loss_batches");
  v.field("files", files,
          "held-out texts for the loss (mode pretrain), in place of corpus.held_out_share; {data}/... and {home}/... "
          "allowed");
  v.field("loss_split", loss_split,
          "split of the mixture's tasks whose rows give the loss (modes instruct and finetune) where "
          "mixture.held_out_share is 0; tasks without it have no part in it");
}

}  // namespace flanmoe
