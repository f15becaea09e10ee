// MMLU: CSV without header: question, four choices, letter of the right one. The subject is in the file's name.
#include "base/error.h"
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

const std::string kLetters = "ABCD";

// "high_school_biology_val.csv" -> "high school biology".
std::string subject_of(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  name = name.substr(0, name.find('.'));
  for (const char* split : {"_dev", "_val", "_test"}) {
    if (name.ends_with(split)) name = name.substr(0, name.size() - std::string(split).size());
  }
  for (char& c : name) c = c == '_' ? ' ' : c;
  return name;
}

TaskRow row_of(const TableRecord& record, const std::string& subject) {
  check_cells(record, 6, "question, four choices, letter");
  const std::string letter = trimmed_text(record.cells[5]);
  const size_t right = letter.size() == 1 ? kLetters.find(letter) : std::string::npos;
  if (right == std::string::npos) fail_input("{}: the last cell is '{}', expected A, B, C or D", record.where, letter);
  TaskRow row;
  row.fields = {{"subject", subject}, {"question", trimmed_text(record.cells[0])}};
  if (row.fields["question"].empty()) fail_input("{}: the question is empty", record.where);
  std::string choices;
  for (size_t i = 0; i < kLetters.size(); ++i) {
    row.options.push_back(fmt::format("({})", kLetters[i]));
    choices += fmt::format("{}{} {}", i == 0 ? "" : " ", row.options.back(), trimmed_text(record.cells[i + 1]));
  }
  row.fields["choices"] = choices;
  row.fields["answer_text"] = trimmed_text(record.cells[right + 1]);
  row.answers = {row.options[right]};
  return row;
}

}  // namespace

std::vector<TaskRow> read_mmlu_csv(const std::filesystem::path& file) {
  const std::string subject = subject_of(file);
  std::vector<TaskRow> rows;
  for (const TableRecord& record : read_csv_records(file)) {
    rows.push_back(row_of(record, subject));
    rows.back().id = std::to_string(rows.size());
  }
  return rows;
}

}  // namespace flanmoe
