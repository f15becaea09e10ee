// Cells of CSV and TSV files.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/readers/data_file.h"

namespace flanmoe {

struct TableRecord {
  std::string where;  // "FILE:LINE", the line where the record begins
  std::vector<std::string> cells;
  std::string fault;  // why its cells cannot be told, "" when they can
};
using TakeRecord = std::function<void(const TableRecord& record)>;

// RFC 4180: quoted cells may hold commas, doubled quotes and line ends; empty records are passed over; a line ends with
// \n, \r\n or \r. A record with a quote that is never closed or is followed by text is handed on with its fault, and
// reading goes on with the next line.
void each_csv_record(const DataFile& file, const TakeRecord& take);
// Tabs, no quoting; one record a line, empty lines passed over.
void each_tsv_record(const DataFile& file, const TakeRecord& take);

// UserError for a record with a fault, and unless it has `count` cells; `names` says what they are.
void check_cells(const TableRecord& record, size_t count, std::string_view names);
void check_record(const TableRecord& record);  // the fault alone
// UserError when two cells of the header are called `name`: one of them would be lost.
void check_column(const TableRecord& header, const std::string& name);

}  // namespace flanmoe
