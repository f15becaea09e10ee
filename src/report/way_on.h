// What to do about the questions that a study leaves undecided.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace flanmoe {

// The command that goes on with an undecided verdict of results.json: the study's own with more seeds, or another
// study; "" where there is none.
std::string command_on(const Json& verdict, const std::string& command_of_study);

// A line for each undecided primary question: the question, how many seeds would decide it, the command.
std::vector<std::string> lines_on(const Json& results);

}  // namespace flanmoe
