// Ranking of options by a model's log-probabilities: five variants from one encoder pass per item.
#pragma once

#include <functional>
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
// prompt; options of the same ids have the same scores to the bit. Characters and bytes are those of the target's text.
// UserError for an option without tokens. `before_batch` as in decode/score.h.
std::vector<std::vector<OptionScore>> score_options(const T5Model& model, const Tokenizer& tokenizer,
                                                    const TaskRun& run, const std::vector<RankedItem>& items,
                                                    const std::function<void()>& before_batch = {});

// The option that ranks first by `ranking`; of equal ones the first.
size_t best_option(const std::vector<OptionScore>& options, RankingScore ranking);

// Options that differ from the `best` one in text (`texts`, as the task writes them) and not in score or ids: nothing
// but their order sets them apart.
std::vector<size_t> tied_options(const std::vector<OptionScore>& options, const std::vector<std::string>& texts,
                                 size_t best, RankingScore ranking);

}  // namespace flanmoe
