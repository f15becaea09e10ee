// Metrics that have one value for a whole task and none for an item.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flanmoe {

struct CorpusItem {
  std::string prediction;  // extracted; "" = none
  std::vector<std::string> answers;
  double score = 0.0;  // of the item by item_metric_of(name)
  std::vector<std::string> options = {};
  std::string group = {};       // consistency: passage and question, in all their edits
  std::string member = {};      // consistency: the edit, "0" to "3"
  std::string cluster_id = {};  // items of one passage are resampled together; "" = alone
};

struct CorpusValue {
  std::optional<double> value;           // correlations -1 to 1, the others 0 to 1; nothing where it is undefined
  std::optional<double> standard_error;  // clustered bootstrap (bootstrap.h); nothing where no spread is known
  int64_t num_units = 0;                 // items, classes or groups that the value is over
  std::string undefined;                 // why there is no value
};

// Pure: the same items and seed give the same bits.
using CorpusMetric = CorpusValue (*)(const std::vector<CorpusItem>& items, uint64_t seed);

// pearson, spearman  of the numbers said and the first answers; a text without a number counts as 0 (T5). Equal ranks
//                    are averaged. Undefined when all of one side are equal. UserError for an answer without a number.
// macro_f1           mean over the classes of F1, classes being the options (without options: the first answers) that
//                    are asked or said at least once. No prediction is a miss of its class alone.
// consistency        share of groups with every item right (score 1), over groups that hold all four edits (CondaQA).
// bleu               corpus BLEU as sacreBLEU has it (bleu.h); of an item, BLEU of it alone.
CorpusMetric corpus_metric_named(const std::string& name);
bool is_corpus_metric(const std::string& name);
bool is_correlation(const std::string& name);  // its values go from -1 to 1
// The metric of its single items (metrics.h).
std::string item_metric_of(const std::string& name);

}  // namespace flanmoe
