// Texts of worked examples, as BIG-Bench Hard and FLAN's MMLU prompts come: a heading, then blocks
// "Q: ..\nA: Let's think step by step. .. So the answer is X."
#pragma once

#include <string>
#include <vector>

namespace flanmoe {

struct WorkedExample {
  std::string question, rationale, answer;  // trimmed, the answer without its full stop
};

// What stands in front of the first question, without a line of dashes and what is above it.
std::string heading_of_prompt(const std::string& text);

// The texts of the questions with all that follows each.
std::vector<std::string> worked_blocks(const std::string& text);

// One block taken apart; the last `closing` ("he answer is ", so that the case of its first letter does not matter)
// ends the rationale with the word it stands in. UserError naming `where` for a block without answer or closing.
WorkedExample worked_example(const std::string& block, const std::string& closing, const std::string& where);

}  // namespace flanmoe
