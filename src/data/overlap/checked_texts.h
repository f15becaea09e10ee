// Which texts the contamination check takes from a task: what an evaluation row asks and accepts, and everything that
// a training task shows to a model.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// Of an evaluation row. Question: the field `question`, else `stem`, else `input`, else `prompt`. Passage: the fields
// `title`, `passage` and `context` in this order. A row without a question has parts: its other fields, such as the two
// sentences of a pair. Answers: those accepted, and the field `answer_text` where the answer is a letter.
struct EvaluationTexts {
  std::string question, passage;
  std::vector<std::string> parts, answers;
};
EvaluationTexts evaluation_texts(const TaskRow& row);

// The splits of a task that evaluation may ask: all but "train". UserError when there is none.
std::vector<std::string> evaluation_splits(const TaskSpec& task);

// All text of a training row, options too, its question first and its answers next: a story may begin in one and end in
// the other.
std::string training_text(const TaskRow& row);

// Calls `visit(id, text)` for every row of the split "train", for the task's definition and, with format niv2, for its
// positive and negative examples. Holds the rows of one task at a time.
using TextVisitor = std::function<void(const std::string& id, const std::string& text)>;
void visit_training_texts(const TaskSpec& task, const TextVisitor& visit);

}  // namespace flanmoe
