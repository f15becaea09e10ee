#include "cli/data_check_report.h"

#include <iostream>

#include "base/error.h"

namespace flanmoe {
namespace {

struct Totals {
  int64_t rows = 0, generic = 0, too_short = 0, questions = 0, answers = 0, passages = 0;
};
Totals totals_of(const ContaminationReport& report) {
  Totals sum;
  for (const SplitOverlap& split : report.splits) {
    sum.rows += split.num_rows;
    sum.generic += split.num_generic;
    sum.too_short += split.num_too_short;
    sum.questions += split.num_questions;
    sum.answers += split.num_answers;
    sum.passages += split.num_passages;
  }
  return sum;
}

// One line of a stranger's text, cut in the middle of nothing.
std::string excerpt(const std::string& text) {
  constexpr size_t kLength = 120;
  size_t end = std::min(text.size(), kLength);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return printable(text.substr(0, end)) + (end < text.size() ? ".." : "");
}

void print_split(const SplitOverlap& split) {
  if (split.num_questions + split.num_answers + split.num_passages == 0) return;
  std::cout << fmt::format("{}, {}: {} rows; found {} questions, {} answers, {} passages\n", split.task, split.split,
                           split.num_rows, split.num_questions, split.num_answers, split.num_passages);
  for (const OverlapPair& pair : split.shown) {
    std::cout << fmt::format("  {} {} is in {} {}: \"{}\"\n", name_of(pair.kind), printable(pair.id), pair.train_task,
                             printable(pair.train_id), excerpt(pair.text));
  }
}

}  // namespace

Json json_of(const OverlapPair& pair) {
  return {{"task", pair.task},
          {"split", pair.split},
          {"id", pair.id},
          {"training_task", pair.train_task},
          {"training_id", pair.train_id},
          {"kind", name_of(pair.kind)},
          {"text", pair.text}};
}

Json json_of(const ContaminationReport& report, int64_t window) {
  Json tasks = Json::array(), sources = Json::array();
  for (const SplitOverlap& split : report.splits) {
    Json pairs = Json::array();
    for (const OverlapPair& pair : split.shown) pairs.push_back(json_of(pair));
    tasks.push_back({{"task", split.task},
                     {"split", split.split},
                     {"rows", split.num_rows},
                     {"questions", split.num_questions},
                     {"answers", split.num_answers},
                     {"passages", split.num_passages},
                     {"generic", split.num_generic},
                     {"too_short", split.num_too_short},
                     {"pairs", pairs}});
  }
  for (const auto& [task, texts] : report.sources) sources.push_back({{"training_task", task}, {"texts", texts}});
  return {{"clean", report.clean()},
          {"window", window},
          {"training_texts", report.num_training_texts},
          {"tasks", tasks},
          {"sources", sources}};
}

void print_report(const ContaminationReport& report) {
  for (const SplitOverlap& split : report.splits) print_split(split);
  for (const auto& [task, texts] : report.sources)
    std::cout << fmt::format("training task {}: {} texts hold evaluation questions or answers\n", task, texts);
  const Totals sum = totals_of(report);
  std::cout << fmt::format(
      "{} evaluation rows in {} training texts: {} questions and {} answers found; {} passages too, which is no "
      "fault\nnot looked for: {} generic questions, {} of fewer than {} words\n",
      sum.rows, report.num_training_texts, sum.questions, sum.answers, sum.passages, sum.generic, sum.too_short,
      kShortestQuestion);
}

}  // namespace flanmoe
