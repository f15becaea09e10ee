#include "eval/scoring/judge.h"

#include <algorithm>

#include "eval/answers/extract.h"
#include "eval/asking/ranking.h"
#include "eval/metrics/corpus_metrics.h"
#include "eval/metrics/metrics.h"

namespace flanmoe {
namespace {

// Of options that read the same each is right when one is: a text cannot tell them apart.
bool is_right(const TaskRow& row, size_t option) {
  return row.options[option] == row.options[static_cast<size_t>(row.answer_index())] ||
         std::find(row.answers.begin(), row.answers.end(), row.options[option]) != row.answers.end();
}

// Where the prediction is one of the options, its place decides: to a metric `x > 3` and `x < 3` may be one text.
double score_of(const TaskRun& run, const TaskRow& row, const Extracted& found) {
  if (found.answer.empty()) return 0.0;
  const std::string& metric = run.task.metric;
  const std::string of_item = is_corpus_metric(metric) ? item_metric_of(metric) : metric;
  if (found.option && row.answer_index() >= 0 && asks_for_option(of_item)) return is_right(row, *found.option);
  return metric_named(of_item)(found.answer, row.answers);
}

Extracted extracted(const TaskRun& run, const TaskRow& row, const std::string& whole_output) {
  const std::string output = without_form(run.prompt(), whole_output);
  if (run.options.extraction == Extraction::kTask) {
    return extract(extraction_rule(run.task, run.prompt(), row, run.is_cot()), output);
  }
  return extract_answer(output, row.options);
}

Extracted option_of(const TaskRow& row, const std::string& answer) {
  Extracted found{answer, ""};
  const auto option = std::find(row.options.begin(), row.options.end(), answer);
  if (option != row.options.end()) found.option = static_cast<size_t>(option - row.options.begin());
  return found;
}

// Two options may read alike: where the reader knows the place of the right one, the place decides.
double score_of_place(const TaskRun& run, const TaskRow& row, size_t option) {
  return row.right_option >= 0 ? static_cast<double>(static_cast<int64_t>(option) == row.right_option)
                               : score_of(run, row, {row.options[option], "", option});
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
  item.score = score_of(run, row, found);
}

void judge_answer(ItemResult& item, const TaskRun& run, const TaskRow& row, const std::string& answer) {
  item.prediction = answer;
  item.score = score_of(run, row, option_of(row, answer));
}

void judge_ranking(ItemResult& item, const TaskRun& run, const TaskRow& row, std::vector<OptionScore> ranking) {
  const size_t best = best_option(ranking, run.options.ranking);
  item.ranking = std::move(ranking);
  item.prediction = row.options[best];
  item.score = score_of_place(run, row, best);
  for (const Named<RankingScore>& variant : names_of(RankingScore{})) {
    const size_t first = best_option(item.ranking, variant.value);
    item.ranked.push_back({std::string(variant.name), score_of_place(run, row, first)});
  }
  for (const size_t option : tied_options(item.ranking, row.options, best, run.options.ranking))
    item.tied.push_back(row.options[option]);
}

}  // namespace flanmoe
