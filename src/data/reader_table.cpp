// CSV and TSV with a header: every column is a field; `answer` is the answer, `options` ("a|b|c"), `rationale` and `id`
// may be there.
#include <algorithm>
#include <sstream>

#include "data/reader_parts.h"
#include "data/reader_tables.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

using Columns = std::vector<std::string>;

std::vector<std::string> parts_of(const std::string& cell) {
  std::vector<std::string> parts;
  std::istringstream in(cell);
  for (std::string part; std::getline(in, part, '|');) parts.push_back(trimmed_text(part));
  return parts;
}

TaskRow row_of(const TableRecord& record, const Columns& columns) {
  check_cells(record, columns.size(), fmt::format("{}", fmt::join(columns, ", ")));
  TaskRow row;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string& cell = record.cells[i];
    if (columns[i] == "answer") {
      row.answers = {cell};
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
  return row;
}

Columns header_of(const TableRecord& record) {
  check_record(record);
  if (std::find(record.cells.begin(), record.cells.end(), "answer") == record.cells.end())
    fail_input("{}: the header is {}, expected a column 'answer'", record.where, fmt::join(record.cells, ", "));
  return record.cells;
}

auto rows_under_header(Columns& columns, RowSink& rows) {
  return [&](const TableRecord& record) {
    if (columns.empty()) {
      columns = header_of(record);
    } else {
      rows.add(record.where, [&] { return row_of(record, columns); });
    }
  };
}

}  // namespace

void read_csv(const DataFile& file, RowSink& rows) {
  Columns columns;
  each_csv_record(file, rows_under_header(columns, rows));
}

void read_tsv(const DataFile& file, RowSink& rows) {
  Columns columns;
  each_tsv_record(file, rows_under_header(columns, rows));
}

}  // namespace flanmoe
