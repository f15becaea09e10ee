// Ranking of options by a model's log-probabilities: three variants from one encoder pass per item.
#pragma once

#include <string>
#include <vector>

#include "data/tokenizer/tokenizer.h"
#include "eval/asking/prompts.h"
#include "eval/results.h"
#include "model/t5.h"

namespace flanmoe {

struct RankedItem {
  const TaskRow* row;
  const EvalPrompt* prompt;  // not refused
};

// The scores of every item's options, in the order of the row. An option is scored as the target it would be: its text,
// its marker, or what the template makes of it. A target that several items have is scored once behind the empty
// prompt. UserError for an option without tokens.
std::vector<std::vector<OptionScore>> score_options(const T5Model& model, const Tokenizer& tokenizer,
                                                    const TaskRun& run, const std::vector<RankedItem>& items);

// The option that ranks first by `ranking`; of equal ones the first.
size_t best_option(const std::vector<OptionScore>& options, RankingScore ranking);

}  // namespace flanmoe
