// What answering without reading would score: chance, the most frequent answer, random answers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/task.h"

namespace flanmoe {

// Expected accuracy of each row under a uniform choice: its right options / its options; 0 without options.
std::vector<double> chance_scores(const std::vector<TaskRow>& rows);

// The most frequent answer of `known` for each row (texts, as a model's extracted answers): rows of `known` are those
// of the training split, or `rows` themselves where a task has none. Where all rows have the same options the text is
// counted, where the options differ from row to row the place of the right one, and a row takes the most frequent place
// that it has. Without options the first answers are counted. Ties go to what stands first in the options, or appears
// first.
std::vector<std::string> majority_predictions(const std::vector<TaskRow>& rows, const std::vector<TaskRow>& known);

// An option at random for each row; without options the first answer of a random row of `training`, "" when there is
// none. The first n predictions do not depend on the number of rows.
std::vector<std::string> random_predictions(const std::vector<TaskRow>& rows, const std::vector<TaskRow>& training,
                                            uint64_t seed, const std::string& task);

}  // namespace flanmoe
