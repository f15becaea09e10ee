// CSV and TSV of the user's. With a header every column is what it is called, or `columns` names those to take. Columns
// that are numbers ("1", "2") belong to a file without a header.
#include <algorithm>

#include "data/readers/reader_columns.h"
#include "data/readers/reader_parts.h"
#include "data/readers/reader_tables.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

// Which cell is what.
struct TableColumns {
  std::vector<std::pair<std::string, size_t>> places;  // our name, cell
  Texts header;                                        // empty: the file has none
  size_t num_cells = 0;                                // at least; with a header exactly

  Texts our_names() const {
    Texts names;
    for (const auto& [name, place] : places) names.push_back(name);
    return names;
  }
};

bool is_number(const std::string& text) {
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits && !text.empty() && text.size() < 5 && text[0] != '0';
}

bool has_header(const DataFile& file) {
  const auto& columns = file.columns;
  return columns.empty() ||
         !std::all_of(columns.begin(), columns.end(), [](const auto& column) { return is_number(column.second); });
}

TableColumns numbered_columns(const DataFile& file) {
  TableColumns columns;
  for (const auto& [name, number] : file.columns) {
    columns.places.emplace_back(name, std::stoul(number) - 1);
    columns.num_cells = std::max(columns.num_cells, columns.places.back().second + 1);
  }
  return columns;
}

TableColumns named_columns(const DataFile& file, const TableRecord& header) {
  check_record(header);
  TableColumns columns{{}, header.cells, header.cells.size()};
  for (std::string& cell : columns.header) cell = trimmed_text(cell);
  if (file.columns.empty()) {
    for (size_t i = 0; i < columns.header.size(); ++i) columns.places.emplace_back(columns.header[i], i);
  }
  for (const auto& [name, column] : file.columns) {
    const auto found = std::find(columns.header.begin(), columns.header.end(), column);
    if (found == columns.header.end()) fail_column(header.where, column, columns.header);
    columns.places.emplace_back(name, found - columns.header.begin());
  }
  for (const auto& [name, place] : columns.places) check_column(header, columns.header[place]);
  check_has_answer(columns.our_names(), header.where);
  return columns;
}

TaskRow row_of(const TableRecord& record, const TableColumns& columns) {
  check_record(record);
  if (!columns.header.empty() && record.cells.size() != columns.num_cells)
    check_cells(record, columns.num_cells, listed(columns.header));
  if (record.cells.size() < columns.num_cells) {
    fail_input("{}: the record has {} cells, expected {} at least", record.where, record.cells.size(),
               columns.num_cells);
  }
  TaskRow row;
  for (const auto& [name, place] : columns.places) put_text(row, name, record.cells[place], record.where);
  return row;
}

using EachRecord = void (*)(const DataFile& file, const TakeRecord& take);

void read_table(const DataFile& file, RowSink& rows, EachRecord each_record) {
  TableColumns columns;
  if (!has_header(file)) {
    columns = numbered_columns(file);
    check_has_answer(columns.our_names(), file.name());
  }
  each_record(file, [&](const TableRecord& record) {
    if (columns.places.empty()) {
      columns = named_columns(file, record);
    } else {
      rows.add(record.where, [&] { return row_of(record, columns); });
    }
  });
}

}  // namespace

void read_csv(const DataFile& file, RowSink& rows) { read_table(file, rows, each_csv_record); }
void read_tsv(const DataFile& file, RowSink& rows) { read_table(file, rows, each_tsv_record); }

}  // namespace flanmoe
