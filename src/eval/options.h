// How tasks are asked: the settings of an evaluation, a suite's file (configs/suites/) and a study's sections.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"

namespace flanmoe {

struct EvalOptions {
  std::vector<std::string> tasks;     // task files or folders; "{data}/..." allowed
  std::string split = "test";         // "" = the one that the task names
  std::string prompts = "direct";     // direct | cot | both
  int64_t shots = 0;                  // exemplars, fixed per task; -1 = as many as the task says
  std::string method = "auto";        // auto: rank when the task has options, else generate | rank | generate
  std::string extraction = "simple";  // how an answer is found in a text: simple (extract_answer) | task (its own rule)
  std::string ranking = "sum";  // what the best option has most of: sum | per_token | unconditional (eval/ranking.h)
  bool score_eos = true;        // the end token counts as part of an option
  int64_t max_items = 0;        // per task, the first ones; 0 = all
  int64_t max_new_tokens = 48;  // 0 = as many as the task says
  int64_t source_length = 512;  // tokens of a prompt, eos included
  // Longer prompts lose exemplars, the last first, then: front | context (eval/prompts.h). All of it is counted.
  std::string too_long = "front";
  void fields(FieldVisitor& visitor);
};

}  // namespace flanmoe
