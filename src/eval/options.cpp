#include "eval/evaluate.h"

namespace flanmoe {

void EvalOptions::fields(FieldVisitor& v) {
  v.field("tasks", tasks, "task files or folders; {data}/... allowed");
  v.field("split", split, "which rows");
  v.choice("prompts", prompts, {"direct", "cot", "both"}, "direct answers, chain of thought, or both");
  v.field("shots", shots, "exemplars from the dev (else train) split");
  v.require(shots >= 0, "shots", "0 or more");
  v.choice("method", method, {"auto", "rank", "generate"},
           "rank the options or generate; auto: rank where there are options");
  v.field("max_items", max_items, "items per task, the first ones; 0 = all");
  v.require(max_items >= 0, "max_items", "0 or more");
  v.field("max_new_tokens", max_new_tokens, "longest generated answer");
  v.require(max_new_tokens >= 1, "max_new_tokens", "1 or more");
  v.field("source_length", source_length, "tokens of a prompt, eos included");
  v.require(source_length >= 2, "source_length", "2 or more");
}

}  // namespace flanmoe
