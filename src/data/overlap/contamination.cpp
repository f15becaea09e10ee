#include "data/overlap/contamination.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "data/overlap/checked_texts.h"

namespace flanmoe {

std::string name_of(OverlapKind kind) {
  switch (kind) {
    case OverlapKind::kRun:
      return "run";
    case OverlapKind::kExact:
      return "exact";
    case OverlapKind::kAnswer:
      return "answer";
    case OverlapKind::kPassage:
      return "passage";
  }
  FLANMOE_ASSERT(false);
  return "";
}

ContaminationCheck::ContaminationCheck(const std::vector<TaskSpec>& evaluation, int64_t window, int64_t max_shown)
    : index_(window), max_shown_(static_cast<size_t>(max_shown)) {
  std::set<std::string> names;
  for (const TaskSpec& task : evaluation) {
    if (!names.insert(task.name).second)
      fail_input("{}: a second task '{}' to check against; names are unique", task.file, task.name);
    for (const std::string& split : evaluation_splits(task)) add_split(task, split);
  }
  index_.close();
}

void ContaminationCheck::add_split(const TaskSpec& task, const std::string& split) {
  report_.splits.push_back({task.name, split});
  for (const TaskRow& row : load_rows(task, split)) add_row(row);
}

uint32_t ContaminationCheck::new_item(Part part, const std::string& id) {
  items_.push_back({static_cast<uint32_t>(report_.splits.size() - 1), part, false, id});
  return static_cast<uint32_t>(items_.size() - 1);
}

void ContaminationCheck::add_row(const TaskRow& row) {
  const EvaluationTexts texts = evaluation_texts(row);
  SplitOverlap& split = report_.splits.back();
  ++split.num_rows;
  const uint32_t question = new_item(Part::kQuestion, row.id), answer = new_item(Part::kAnswer, row.id),
                 passage = new_item(Part::kPassage, row.id);
  QuestionForm form = index_.add_question(question, texts.question);
  for (const std::string& part : texts.parts) {
    if (index_.add_text(question, part)) form = QuestionForm::kLong;
  }
  split.num_generic += form == QuestionForm::kGeneric ? 1 : 0;
  split.num_too_short += form == QuestionForm::kTooShort ? 1 : 0;
  for (const std::string& text : texts.answers) index_.add_text(answer, text);
  index_.add_text(passage, texts.passage);
}

OverlapKind ContaminationCheck::kind_of(const SharedRun& run) const {
  if (items_[run.item].part == Part::kAnswer) return OverlapKind::kAnswer;
  if (items_[run.item].part == Part::kPassage) return OverlapKind::kPassage;
  return run.num_words < index_.window() ? OverlapKind::kExact : OverlapKind::kRun;
}

// A row counts once, with its first pair.
void ContaminationCheck::count(Item& item, const OverlapPair& pair) {
  if (item.found) return;
  item.found = true;
  SplitOverlap& split = report_.splits[item.split];
  ++(item.part == Part::kQuestion ? split.num_questions
     : item.part == Part::kAnswer ? split.num_answers
                                  : split.num_passages);
  if (split.shown.size() < max_shown_) split.shown.push_back(pair);
}

void ContaminationCheck::scan(const std::string& train_task, const std::string& train_id, const std::string& text,
                              const PairSink& sink) {
  ++report_.num_training_texts;
  bool is_fault = false;
  for (const SharedRun& run : index_.scan(text)) {
    Item& item = items_[run.item];
    const SplitOverlap& split = report_.splits[item.split];
    const OverlapPair pair{split.task,
                           split.split,
                           item.id,
                           train_task,
                           train_id,
                           kind_of(run),
                           text.substr(run.begin, run.end - run.begin)};
    count(item, pair);
    is_fault = is_fault || pair.kind != OverlapKind::kPassage;
    sink(pair);
  }
  if (is_fault) ++report_.sources[train_task];
}

}  // namespace flanmoe
