#include "train/options.h"

#include <algorithm>
#include <functional>

namespace flanmoe {
namespace {

// A rate in place of the model's; absent below 0.
void rate_field(FieldVisitor& v, std::string_view name, std::optional<double>& rate, std::string_view help) {
  v.field(name, rate, -1.0, help);
  v.require(!rate || *rate < 1.0, name, "a number below 1");
  if (rate && *rate < 0.0) rate.reset();
}

// A coefficient in place of the model's; absent below 0.
void coefficient_field(FieldVisitor& v, std::string_view name, std::optional<double>& value, std::string_view help) {
  v.field(name, value, -1.0, help);
  if (value && *value < 0.0) value.reset();
}

}  // namespace

void OptimizerOptions::fields(FieldVisitor& v) {
  v.choice("name", name, "AdamW, or Adafactor as T5X has it, which keeps almost no state per weight");
  v.field("learning_rate", learning_rate,
          "peak learning rate; with adafactor a share of each weight's size. Small models on worlds take 0.01 to 0.03, "
          "pretrained T5s 0.0005 to 0.001");
  v.require(learning_rate > 0.0, "learning_rate", "a number above 0");
  v.choice("schedule", schedule,
           "course of the learning rate: the peak throughout; the peak, then falling with 1 / sqrt(step); falling to "
           "final_fraction along a cosine or a line");
  v.field("warmup_steps", warmup_steps,
          "steps on which the rate rises in a line to its peak; with rsqrt those on which it stays there");
  v.require_within(warmup_steps, 0, 1'000'000'000, "warmup_steps");
  v.field("final_fraction", final_fraction, "share of the peak that is left at the last step (cosine, linear)");
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
  v.require_within(steps, 1, 1'000'000'000, "steps");
  v.field("accumulate", accumulate, "micro-batches per optimiser step");
  v.require_within(accumulate, 1, 10'000, "accumulate");
  rate_field(v, "dropout", dropout, "dropout rate of this run; -1 = the model's own");
  rate_field(v, "expert_dropout", expert_dropout,
             "dropout rate inside the experts in this run; -1 = the model's own (model.moe.expert_dropout)");
  coefficient_field(v, "balance_loss", balance_loss,
                    "coefficient of the load-balance loss in this run; -1 = the model's own (model.moe.balance_loss)");
  coefficient_field(v, "z_loss", z_loss,
                    "coefficient of the router z-loss in this run; -1 = the model's own (model.moe.z_loss)");
  v.field("freeze", freeze,
          "what stays as it is: gate (routers), experts, moe (both), dense_ffn (other feed-forwards), rest (all else), "
          "or patterns of tensor names such as encoder.block.*; empty = nothing");
  v.field("log_every", log_every, "steps between lines of metrics");
  v.require_within(log_every, 1, 1'000'000'000, "log_every");
  v.field("checkpoint_every", checkpoint_every, "steps between checkpoints; 0 = only at the end and when interrupted");
  v.require_within(checkpoint_every, 0, 1'000'000'000, "checkpoint_every");
  v.field("keep_checkpoints", keep_checkpoints, "how many of the newest are kept");
  v.require_within(keep_checkpoints, 1, 1'000'000'000, "keep_checkpoints");
  v.field("eval_every", eval_every,
          "steps between validations, one more before the first step and at the end; 0 = none");
  v.require_within(eval_every, 0, 1'000'000'000, "eval_every");
  v.field("eval_at", eval_at,
          "further steps behind which a validation comes, as [10, 20, 40, 80]; those beyond the last step never come");
  v.require(std::is_sorted(eval_at.begin(), eval_at.end(), std::less_equal()) &&
                (eval_at.empty() || (eval_at.front() >= 0 && eval_at.back() <= 1'000'000'000)),
            "eval_at", "rising steps of 0 or more");
  v.field("best", best,
          "metric of validations that tells the best step: eval/loss (lowest), or a score such as "
          "eval/normalised_average (highest); empty = none");
  v.field("keep_best", keep_best, "keep the checkpoint of the best validation; checkpoints/best leads to it");
  v.field("patience", patience, "validations in turn without a better one after which training ends; 0 = never");
  v.require_within(patience, 0, 1'000'000'000, "patience");
  v.field("loader_threads", loader_threads,
          "threads that compute batches ahead, the same ones; 0 = the training thread does");
  v.require(loader_threads >= 0 && loader_threads <= 64, "loader_threads", "an integer in [0, 64]");
  v.section("optimizer", optimizer, "optimiser and learning rate");
}

bool TrainOptions::validates_at(int64_t step) const {
  if (!validates()) return false;
  return step == 0 || step == steps || (eval_every > 0 && step % eval_every == 0) ||
         std::binary_search(eval_at.begin(), eval_at.end(), step);
}

}  // namespace flanmoe
