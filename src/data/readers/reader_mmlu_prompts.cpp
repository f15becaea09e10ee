// FLAN's chain-of-thought prompts for MMLU: one JSON object, subject -> prompt text with worked questions.
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"
#include "data/readers/worked_examples.h"

namespace flanmoe {
namespace {

std::string marker(size_t index) { return fmt::format("({}) ", static_cast<char>('A' + index)); }

// "Which?\n(A) x (B) y": the texts behind the markers, which stand on one line or on one each.
std::vector<std::string> take_choices(std::string& question, const std::string& where) {
  size_t at = question.rfind("\n" + marker(0));
  if (at == std::string::npos) fail_input("{}: expected choices '(A) .. (B) ..' under the question", where);
  std::string list = question.substr(at + 1);
  question.resize(at);
  std::vector<std::string> choices;
  for (size_t i = 0; !list.empty(); ++i) {
    list.erase(0, marker(i).size());
    const size_t next = std::min({list.find(" " + marker(i + 1)), list.find("\n" + marker(i + 1)), list.size()});
    choices.push_back(trimmed_text(list.substr(0, next)));
    list.erase(0, next == list.size() ? next : next + 1);
  }
  return choices;
}

TaskRow row_of(const std::string& block, const std::string& where) {
  const WorkedExample example = worked_example(block, "The answer is ", where);
  TaskRow row;
  row.rationale = example.rationale;
  row.fields["question"] = example.question;
  row.options = take_choices(row.fields["question"], where);
  for (size_t i = 0; i < row.options.size(); ++i) {
    if (example.answer + " " == marker(i)) row.right_option = static_cast<int64_t>(i);
  }
  if (row.right_option < 0) {
    fail_input("{}: the answer is '{}', expected the letter of one of {} choices", where, excerpt(example.answer),
               row.options.size());
  }
  row.answers = {row.options[static_cast<size_t>(row.right_option)]};
  return row;
}

void read_subject(const std::string& subject, const Json& prompt, const DataFile& file, RowSink& rows) {
  const std::string place = fmt::format("{}: prompt '{}'", file.name(), excerpt(subject));
  if (!prompt.is_string()) fail_input("{}: found {}, expected a text", place, json_excerpt(prompt));
  int64_t number = 0;
  for (const std::string& block : worked_blocks(prompt.get<std::string>())) {
    const std::string where = fmt::format("{}: worked example {}", place, ++number);
    rows.add(where, [&] {
      TaskRow row = row_of(block, where);
      row.id = fmt::format("{} worked {}", subject, number);
      row.fields["subject"] = subject;
      std::replace(row.fields["subject"].begin(), row.fields["subject"].end(), '_', ' ');
      return row;
    });
  }
}

}  // namespace

void read_mmlu_prompts(const DataFile& file, RowSink& rows) {
  const Json prompts = parse_file(file);
  check_object(prompts, file.name());
  if (!file.part.empty()) return read_subject(file.part, part_of(prompts, file), file, rows);
  for (const auto& [subject, prompt] : prompts.items()) read_subject(subject, prompt, file, rows);
}

}  // namespace flanmoe
