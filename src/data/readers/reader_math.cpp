// Arithmetic: GSM8K, AQuA, SVAMP, MGSM.
#include "data/readers/reader_parts.h"
#include "data/readers/reader_tables.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

// "48/2 = <<48/2=24>>24" -> "48/2 = 24".
std::string without_calculator_marks(std::string text) {
  for (size_t begin = text.find("<<"); begin != std::string::npos; begin = text.find("<<", begin)) {
    const size_t end = text.find(">>", begin);
    if (end == std::string::npos) break;
    text.erase(begin, end + 2 - begin);
  }
  return text;
}

// {"question", "answer"}: the answer is the worked solution, its last line "#### 1,234".
TaskRow gsm8k_row(const Json& value, const std::string& where) {
  constexpr std::string_view kMark = "#### ";
  const std::string solution = json_string(value, "answer", where);
  const size_t mark = solution.rfind(kMark);
  const std::string number =
      mark == std::string::npos ? "" : without_commas(trimmed_text(solution.substr(mark + kMark.size())));
  if (!number_of(number)) fail_input("{}: 'answer' has no last line '#### NUMBER'", where);
  TaskRow row;
  row.fields["question"] = json_string(value, "question", where);
  row.answers = {number};
  row.rationale = without_calculator_marks(solution.substr(0, mark));
  return row;
}

// {"question", "options": ["A)21", ..], "rationale", "correct": "A"}.
TaskRow aqua_row(const Json& value, const std::string& where) {
  const std::string correct = json_string(value, "correct", where);
  TaskRow row;
  row.fields["question"] = json_string(value, "question", where);
  row.rationale = json_string(value, "rationale", where);
  for (const std::string& option : json_texts(value, "options", where)) {
    const std::string letter(1, static_cast<char>('A' + row.options.size()));
    if (!option.starts_with(letter + ")"))
      fail_input("{}: 'options' holds '{}', expected '{})' and a text", where, excerpt(option), letter);
    if (correct == letter) row.right_option = static_cast<int64_t>(row.options.size());
    row.options.push_back(option.substr(2));
  }
  if (row.right_option < 0)
    fail_input("{}: 'correct' is '{}', expected the letter of one of {} options", where, excerpt(correct),
               row.options.size());
  row.answers = {row.options[static_cast<size_t>(row.right_option)]};
  return row;
}

// {"ID", "Body", "Question", "Equation", "Answer": 51.0, "Type"}.
TaskRow svamp_row(const Json& value, const std::string& where) {
  const std::string body = json_filled(value, "Body", where);
  TaskRow row;
  row.id = json_id(value, "ID", where);
  row.fields = {{"body", body},
                {"question", body + " " + json_filled(value, "Question", where)},
                {"equation", json_string(value, "Equation", where)},
                {"type", json_string(value, "Type", where)}};
  row.answers = {without_commas(json_scalar(value, "Answer", where))};
  if (!number_of(row.answers[0])) fail_input("{}: 'Answer' is '{}', expected a number", where, excerpt(row.answers[0]));
  return row;
}

// question, number.
TaskRow mgsm_row(const TableRecord& record) {
  check_cells(record, 2, "question, answer");
  TaskRow row;
  row.fields["question"] = record.cells[0];
  row.answers = {without_commas(trimmed_text(record.cells[1]))};
  if (!number_of(row.answers[0]))
    fail_input("{}: the answer is '{}', expected a number", record.where, excerpt(record.cells[1]));
  return row;
}

}  // namespace

void read_gsm8k(const DataFile& file, RowSink& rows) { each_object(file, rows, gsm8k_row); }
void read_aqua(const DataFile& file, RowSink& rows) { each_object(file, rows, aqua_row); }
void read_svamp(const DataFile& file, RowSink& rows) { each_object(file, rows, svamp_row); }

void read_mgsm(const DataFile& file, RowSink& rows) {
  each_tsv_record(
      file, [&rows](const TableRecord& record) { rows.add(record.where, [&record] { return mgsm_row(record); }); });
}

}  // namespace flanmoe
