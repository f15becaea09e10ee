#include "eval/judge.h"

#include "eval/extract.h"
#include "eval/metrics.h"
#include "eval/ranking.h"

namespace flanmoe {
namespace {

double score_of(const TaskRun& run, const TaskRow& row, const std::string& prediction) {
  return prediction.empty() ? 0.0 : metric_named(run.task.metric)(prediction, row.answers);
}

}  // namespace

ItemResult open_item(const TaskRun& run, const TaskRow& row) {
  ItemResult item{run.task.name, row.id, row.cluster_id, run.prompting()};
  item.answer = row.answers.front();
  item.answers = row.answers;
  item.options = row.options;
  return item;
}

void judge_text(ItemResult& item, const TaskRun& run, const TaskRow& row, const std::string& output) {
  item.output = output;
  item.prediction = extract_answer(output, row.options);
  item.score = score_of(run, row, item.prediction);
}

void judge_ranking(ItemResult& item, const TaskRun& run, const TaskRow& row, std::vector<OptionScore> ranking) {
  const size_t best = best_option(ranking, run.options.ranking);
  item.ranking = std::move(ranking);
  item.prediction = row.options[best];
  // Two options may read alike: where the reader knows the place of the right one, the place decides.
  item.score = row.right_option >= 0 ? static_cast<double>(static_cast<int64_t>(best) == row.right_option)
                                     : score_of(run, row, item.prediction);
}

}  // namespace flanmoe
