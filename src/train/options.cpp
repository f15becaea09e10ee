#include "train/options.h"

namespace flanmoe {
namespace {

// A rate in place of the model's; absent below 0.
void rate_field(FieldVisitor& v, std::string_view name, std::optional<double>& rate) {
  v.field(name, rate, -1.0, "overrides the model's when 0 or more");
  v.require(!rate || *rate < 1.0, name, "a number below 1");
  if (rate && *rate < 0.0) rate.reset();
}

}  // namespace

void OptimizerOptions::fields(FieldVisitor& v) {
  v.choice("name", name, "optimiser");
  v.field("learning_rate", learning_rate, "peak learning rate");
  v.require(learning_rate > 0.0, "learning_rate", "a number above 0");
  v.choice("schedule", schedule, "course of the learning rate");
  v.field("warmup_steps", warmup_steps, "linear from 0 to the peak; rsqrt: the flat part");
  v.require(warmup_steps >= 0, "warmup_steps", "0 or more");
  v.field("final_fraction", final_fraction, "of the peak, at the last step (cosine, linear)");
  v.require(final_fraction >= 0.0 && final_fraction <= 1.0, "final_fraction", "a number in [0, 1]");
  v.field("weight_decay", weight_decay, "decoupled, times the learning rate (adamw)");
  v.require(weight_decay >= 0.0, "weight_decay", "0 or more");
  v.field("beta1", beta1, "adamw: decay of the first moment");
  v.require(beta1 >= 0.0 && beta1 < 1.0, "beta1", "a number in [0, 1)");
  v.field("beta2", beta2, "adamw: decay of the second moment");
  v.require(beta2 >= 0.0 && beta2 < 1.0, "beta2", "a number in [0, 1)");
  v.field("epsilon", epsilon, "adamw: added to the root of the second moment");
  v.require(epsilon > 0.0, "epsilon", "a number above 0");
  v.field("clip_norm", clip_norm, "largest global gradient norm; 0 = off");
  v.require(clip_norm >= 0.0, "clip_norm", "0 or more");
}

void TrainOptions::fields(FieldVisitor& v) {
  v.field("steps", steps, "optimiser steps");
  v.require(steps >= 1, "steps", "1 or more");
  v.field("accumulate", accumulate, "micro-batches per optimiser step");
  v.require(accumulate >= 1, "accumulate", "1 or more");
  rate_field(v, "dropout", dropout);
  rate_field(v, "expert_dropout", expert_dropout);
  v.field("log_every", log_every, "steps between lines of metrics");
  v.require(log_every >= 1, "log_every", "1 or more");
  v.field("checkpoint_every", checkpoint_every, "steps between checkpoints; 0 = only at the end and when interrupted");
  v.require(checkpoint_every >= 0, "checkpoint_every", "0 or more");
  v.field("keep_checkpoints", keep_checkpoints, "how many of the newest are kept");
  v.require(keep_checkpoints >= 1, "keep_checkpoints", "1 or more");
  v.field("eval_every", eval_every, "steps between validations; 0 = never");
  v.require(eval_every >= 0, "eval_every", "0 or more");
  v.field("loader_threads", loader_threads,
          "threads that compute batches ahead, the same ones; 0 = the training thread does");
  v.require(loader_threads >= 0 && loader_threads <= 64, "loader_threads", "a number in [0, 64]");
  v.section("optimizer", optimizer, "optimiser and learning rate");
}

}  // namespace flanmoe
