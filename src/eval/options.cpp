#include "eval/options.h"

namespace flanmoe {

void EvalOptions::fields(FieldVisitor& v) {
  v.field("tasks", tasks, "task files or folders; {data}/... and {home}/... allowed");
  v.field("split", split, "which rows; empty = the split that the task names");
  v.choice("prompts", prompts, "direct answers, chain of thought, or both");
  v.field("shots", shots, int64_t{-1}, "exemplars from the task's split for them; -1 = as many as the task says");
  v.require_within(shots.value_or(-1), -1, 10'000, "shots");
  v.choice("method", method, "rank the options or generate; auto: rank where there are options");
  v.choice(
      "extraction", extraction,
      "how an answer is found in a generated text: what follows the last \"answer is\" or the one option named; or "
      "the task's own rule");
  v.choice(
      "ranking", ranking,
      "the option ranked first has the largest log-probability: summed, per token, per character or byte of its text, "
      "or minus that without a prompt");
  v.field("score_eos", score_eos, "the end token counts as part of an option");
  v.field("max_items", max_items, "items per task, the first ones; 0 = all");
  v.require_within(max_items, 0, 1'000'000'000, "max_items");
  v.field("max_new_tokens", max_new_tokens, "longest generated answer; 0 = as long as the task says");
  v.require_within(max_new_tokens, 0, 1'000'000, "max_new_tokens");
  v.field("source_length", source_length,
          "tokens of a prompt, eos included; longer ones lose exemplars, the last first");
  v.require_within(source_length, 2, 1'000'000, "source_length");
  v.choice("too_long", too_long,
           "what a prompt that is too long without exemplars loses: its front, or the middle of its passage and never "
           "the question (else the item is refused)");
}

EvalOptions as_tasks_say() {
  EvalOptions options;
  options.split = "";
  options.shots = std::nullopt;
  options.max_new_tokens = 0;
  options.extraction = Extraction::kTask;
  return options;
}

}  // namespace flanmoe
