// MMLU: CSV: question, four choices, letter of the right one. The subject is in the file's name. Two forms of a row:
// the options are the texts of the choices (`mmlu`), or (A) to (D) (`mmlu_csv`).
#include "base/text_file.h"
#include "base/unicode.h"
#include "data/readers/reader_parts.h"
#include "data/readers/reader_tables.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

const std::string kLetters = "ABCD";
constexpr std::string_view kCells = "question, four choices, letter";

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

// The place of the right choice; `letters` are what may stand for it.
size_t place_of(const TableRecord& record, const std::string& letters, std::string_view expected) {
  const std::string letter = trimmed_text(record.cells[5]);
  const size_t place = letter.size() == 1 ? letters.find(letter) : std::string::npos;
  if (place == std::string::npos)
    fail_input("{}: the last cell is '{}', expected {}", record.where, excerpt(letter), expected);
  return place % kLetters.size();
}

std::vector<std::string> choices_of(const TableRecord& record) {
  std::vector<std::string> choices;
  for (size_t i = 1; i <= kLetters.size(); ++i) {
    choices.push_back(trimmed_text(record.cells[i]));
    if (choices.back().empty()) fail_input("{}: choice {} is empty, expected a text", record.where, kLetters[i - 1]);
  }
  return choices;
}

TaskRow labelled_row(const TableRecord& record, const std::string& subject) {
  check_cells(record, 6, kCells);
  const size_t right = place_of(record, kLetters, "A, B, C or D");
  const std::vector<std::string> texts = choices_of(record);
  TaskRow row;
  row.fields = {{"subject", subject}, {"question", record.cells[0]}, {"answer_text", texts[right]}};
  std::string choices;
  for (size_t i = 0; i < kLetters.size(); ++i) {
    row.options.push_back(fmt::format("({})", kLetters[i]));
    choices += fmt::format("{}{} {}", i == 0 ? "" : " ", row.options.back(), texts[i]);
  }
  row.fields["choices"] = choices;
  row.answers = {row.options[right]};
  return row;
}

TaskRow row_of(const TableRecord& record, const std::string& subject) {
  check_cells(record, 6, kCells);
  TaskRow row;
  row.right_option = static_cast<int64_t>(place_of(record, kLetters + "0123", "A, B, C or D, or 0, 1, 2 or 3"));
  row.options = choices_of(record);
  row.answers = {row.options[static_cast<size_t>(row.right_option)]};
  row.fields = {{"subject", subject}, {"question", record.cells[0]}};
  return row;
}

// Some public copies have one.
bool is_header(const TableRecord& record) {
  return record.cells.size() == 6 && lower_text(trimmed_text(record.cells[5])) == "answer";
}

}  // namespace

void read_mmlu_csv(const DataFile& file, RowSink& rows) {
  const std::string subject = subject_of(file.path);
  each_csv_record(
      file, [&](const TableRecord& record) { rows.add(record.where, [&] { return labelled_row(record, subject); }); });
}

void read_mmlu(const DataFile& file, RowSink& rows) {
  if (ending_of_name(file.path) == ".json") return read_mmlu_prompts(file, rows);
  if (!file.part.empty()) fail_input("{}: a table of MMLU has no parts such as '#{}'", file.name(), file.part);
  const std::string subject = subject_of(file.path);
  each_csv_record(file, [&](const TableRecord& record) {
    if (rows.num_records() == 0 && is_header(record)) return;
    rows.add(record.where, [&] { return row_of(record, subject); });
  });
}

}  // namespace flanmoe
