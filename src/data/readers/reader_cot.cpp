// Chain-of-thought sets: question, answer, rationale, tab separated, no header, line ends written as backslash and n.
#include "data/readers/reader_parts.h"
#include "data/readers/reader_tables.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

std::string with_line_ends(const std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool line_end = text.compare(i, 2, "\\n") == 0;
    result += line_end ? '\n' : text[i];
    i += line_end ? 1 : 0;
  }
  return result;
}

// "Sentence A: .." is answered by "Sentence A".
void shorten_labels(WrittenOptions& written) {
  for (std::string& label : written.labels) label = label.substr(0, label.find(": "));
}

TaskRow row_of(const TableRecord& record) {
  check_cells(record, 3, "question, answer, rationale");
  const std::string question = with_line_ends(record.cells[0]);
  WrittenOptions written = written_options(question);
  TaskRow row;
  row.answers = {trimmed_text(record.cells[1])};
  row.rationale = with_line_ends(record.cells[2]);
  row.fields = {{"question", question}, {"stem", written.stem}};
  if (row.answers[0].empty()) fail_input("{}: the answer is empty", record.where);
  if (!take_options(row, written) && !written.labels.empty()) {
    shorten_labels(written);
    if (!take_options(row, written))
      fail_input("{}: the answer '{}' is none of the options in the question", record.where, excerpt(row.answers[0]));
  }
  return row;
}

}  // namespace

void read_cot_tsv(const DataFile& file, RowSink& rows) {
  each_tsv_record(file,
                  [&rows](const TableRecord& record) { rows.add(record.where, [&record] { return row_of(record); }); });
}

}  // namespace flanmoe
