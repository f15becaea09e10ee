// What the vocabulary cannot say of a task: unknown pieces of its items, stop texts that no answer can hold.
#pragma once

#include <string>
#include <vector>

#include "data/tokenizer/tokenizer.h"
#include "eval/asking/prompts.h"
#include "eval/results.h"

namespace flanmoe {

// Of a prompt as it is read; of the options as they are ranked (0 when they are not); of the accepted answer that has
// the fewest, written as a model would write it (by its marker where the prompt asks for that).
UnknownPieces unknown_pieces(const AskedTask& asked, const TaskRow& row, const EvalPrompt& prompt,
                             const Tokenizer& tokenizer);

// Those that are not in any text that the vocabulary writes: of unknown pieces, or changed in encoding (T5's has no
// line ends).
std::vector<std::string> lost_stops(const Tokenizer& tokenizer, const std::vector<std::string>& stop);

// A line for each task with unknown pieces, for each with ties that only the order of options breaks, and for each lost
// stop text; of many tasks the first few and how many more.
std::vector<std::string> vocabulary_warnings(const std::vector<TaskResult>& tasks);

}  // namespace flanmoe
