// From an answer to a judged item.
#pragma once

#include <string>
#include <vector>

#include "eval/asking/task_run.h"
#include "eval/results.h"

namespace flanmoe {

// An item before its answer is known.
ItemResult open_item(const TaskRun& run, const TaskRow& row);

// Takes the answer out of a generated text by the task's rule and scores it by the task's metric; no answer scores 0.
void judge_text(ItemResult& item, const TaskRun& run, const TaskRow& row, const std::string& output);

// The same for an answer that needs no extraction.
void judge_answer(ItemResult& item, const TaskRun& run, const TaskRow& row, const std::string& answer);

// The option that ranks first is the answer.
void judge_ranking(ItemResult& item, const TaskRun& run, const TaskRow& row, std::vector<OptionScore> ranking);

}  // namespace flanmoe
