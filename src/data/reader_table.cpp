// CSV and TSV with a header: every column is a field; `answer` is the answer, `options` ("a|b|c"), `rationale` and `id`
// may be there.
#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

std::vector<std::string> parts_of(const std::string& cell) {
  std::vector<std::string> parts;
  std::istringstream in(cell);
  for (std::string part; std::getline(in, part, '|');) parts.push_back(trimmed_text(part));
  return parts;
}

TaskRow row_of(const TableRecord& record, const std::vector<std::string>& columns) {
  check_cells(record, columns.size(), fmt::format("{}", fmt::join(columns, ", ")));
  TaskRow row;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string& cell = record.cells[i];
    if (columns[i] == "answer") {
      row.answers = {trimmed_text(cell)};
    } else if (columns[i] == "options") {
      row.options = parts_of(cell);
    } else if (columns[i] == "rationale") {
      row.rationale = cell;
    } else if (columns[i] == "id") {
      row.id = cell;
    } else {
      row.fields[columns[i]] = cell;
    }
  }
  if (!row.options.empty() && row.answer_index() < 0) {
    fail_input("{}: the answer '{}' is not one of the options {}", record.where, row.answers[0],
               fmt::join(row.options, ", "));
  }
  return row;
}

std::vector<TaskRow> rows_of(const std::vector<TableRecord>& records) {
  std::vector<TaskRow> rows;
  for (const TableRecord& record : records) {
    if (&record == &records.front()) {
      const bool named = std::find(record.cells.begin(), record.cells.end(), "answer") != record.cells.end();
      if (!named)
        fail_input("{}: the header is {}, expected a column 'answer'", record.where, fmt::join(record.cells, ", "));
      continue;
    }
    rows.push_back(row_of(record, records.front().cells));
    if (rows.back().id.empty()) rows.back().id = std::to_string(rows.size());
  }
  return rows;
}

}  // namespace

std::vector<TaskRow> read_csv(const std::filesystem::path& file) { return rows_of(read_csv_records(file)); }
std::vector<TaskRow> read_tsv(const std::filesystem::path& file) { return rows_of(read_tsv_records(file)); }

}  // namespace flanmoe
