// SICK: TSV with a header: pair_ID, sentence_A, sentence_B, relatedness_score (1 to 5), entailment. The score is
// rounded to one of five classes.
#include <cmath>

#include "data/readers/reader_parts.h"
#include "data/readers/reader_tables.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

const std::vector<std::string> kHeader = {"pair_ID", "sentence_A", "sentence_B", "relatedness_score"};
const std::vector<std::string> kClasses = {"1", "2", "3", "4", "5"};

// 3.3 -> 3; halves go up.
std::string class_of(const TableRecord& record) {
  const std::string& cell = record.cells[3];
  const std::optional<double> score = number_of(cell);
  if (!score || *score < 1.0 || *score > 5.0) {
    fail_input("{}: the relatedness is '{}', expected a number from 1 to 5", record.where, excerpt(cell));
  }
  return kClasses[static_cast<size_t>(std::floor(*score + 0.5)) - 1];
}

void check_header(const TableRecord& record) {
  if (record.cells.size() >= kHeader.size() && std::equal(kHeader.begin(), kHeader.end(), record.cells.begin())) return;
  fail_input("{}: the header is {}, expected {} first", record.where, listed(record.cells), fmt::join(kHeader, ", "));
}

TaskRow row_of(const TableRecord& record) {
  check_cells(record, 5, "pair_ID, sentence_A, sentence_B, relatedness_score, entailment");
  TaskRow row;
  row.id = record.cells[0];
  row.fields = {{"first", record.cells[1]},
                {"second", record.cells[2]},
                {"score", record.cells[3]},
                {"entailment", record.cells[4]}};
  row.options = kClasses;
  row.answers = {class_of(record)};
  return row;
}

}  // namespace

void read_sick(const DataFile& file, RowSink& rows) {
  bool header = true;
  each_tsv_record(file, [&](const TableRecord& record) {
    if (header) {
      check_header(record);
      header = false;
      return;
    }
    rows.add(record.where, [&record] { return row_of(record); });
  });
}

}  // namespace flanmoe
