// Chain-of-thought sets: question, answer, rationale, tab separated, no header, line ends written as backslash and n.
#include "base/error.h"
#include "data/reader_parts.h"
#include "data/readers.h"

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

}  // namespace

std::vector<TaskRow> read_cot_tsv(const std::filesystem::path& file) {
  std::vector<TaskRow> rows;
  for (const TableRecord& record : read_tsv_records(file)) {
    check_cells(record, 3, "question, answer, rationale");
    const std::string question = with_line_ends(record.cells[0]);
    WrittenOptions written = written_options(question);
    TaskRow row;
    row.id = std::to_string(rows.size() + 1);
    row.answers = {trimmed_text(record.cells[1])};
    row.rationale = trimmed_text(with_line_ends(record.cells[2]));
    row.fields = {{"question", trimmed_text(question)}, {"stem", written.stem}};
    if (row.fields["question"].empty() || row.answers[0].empty()) {
      fail_input("{}: the question or the answer is empty, expected both", record.where);
    }
    if (!take_options(row, written) && !written.labels.empty()) {
      shorten_labels(written);
      if (!take_options(row, written))
        fail_input("{}: the answer '{}' is none of the options in the question", record.where, row.answers[0]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace flanmoe
