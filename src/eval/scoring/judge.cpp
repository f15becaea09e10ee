#include "eval/scoring/judge.h"

#include "eval/answers/extract.h"
#include "eval/asking/ranking.h"
#include "eval/metrics/corpus_metrics.h"
#include "eval/metrics/metrics.h"

namespace flanmoe {
namespace {

double score_of(const TaskRun& run, const TaskRow& row, const std::string& prediction) {
  const std::string& metric = run.task.metric;
  if (prediction.empty()) return 0.0;
  return metric_named(is_corpus_metric(metric) ? item_metric_of(metric) : metric)(prediction, row.answers);
}

Extracted extracted(const TaskRun& run, const TaskRow& row, const std::string& output) {
  if (run.options.extraction == Extraction::kTask) {
    return extract(extraction_rule(run.task, run.prompt(), row, run.is_cot()), output);
  }
  const std::string answer = extract_answer(output, row.options);
  return {answer, answer.empty() ? "none found" : ""};
}

std::string field_of(const TaskRow& row, const std::string& name) {
  const auto found = row.fields.find(name);
  return found == row.fields.end() ? "" : found->second;
}

}  // namespace

ItemResult open_item(const TaskRun& run, const TaskRow& row) {
  ItemResult item{run.task.name, row.id, row.cluster_id, run.prompting};
  item.answer = row.answers.front();
  item.answers = row.answers;
  item.options = row.options;
  item.group = field_of(row, "passage_id") + " " + field_of(row, "question_id");
  item.member = field_of(row, "edit_id");
  return item;
}

void judge_text(ItemResult& item, const TaskRun& run, const TaskRow& row, const std::string& output) {
  item.output = output;
  const Extracted found = extracted(run, row, output);
  item.prediction = found.answer;
  item.invalid = found.reason;
  item.score = score_of(run, row, item.prediction);
}

void judge_answer(ItemResult& item, const TaskRun& run, const TaskRow& row, const std::string& answer) {
  item.prediction = answer;
  item.score = score_of(run, row, answer);
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
