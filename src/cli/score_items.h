// What `flanmoe score` scores.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace flanmoe {

struct ScoreItem {
  std::string prompt;
  std::vector<std::string> answers;
  Json id;
  std::string where;  // for messages: "prompts.jsonl:3"
};

// `words`, a prompt and its answers; else the objects of a file, "" = standard input, one a line: "prompt", "answers"
// or "answer", and "id" if it likes. UserError naming file and line.
std::vector<ScoreItem> read_items(const std::vector<std::string>& words, const std::string& input);

}  // namespace flanmoe
