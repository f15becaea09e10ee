// SICK: TSV with a header: pair_ID, sentence_A, sentence_B, relatedness_score (1 to 5), entailment. The score is
// rounded to one of five classes.
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

const std::vector<std::string> kHeader = {"pair_ID", "sentence_A", "sentence_B", "relatedness_score"};
const std::vector<std::string> kClasses = {"1", "2", "3", "4", "5"};

// 3.3 -> 3; halves go up.
std::string class_of(const TableRecord& record) {
  const std::string& cell = record.cells[3];
  double score = 0.0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), score);
  if (error != std::errc() || end != cell.data() + cell.size() || !(score >= 1.0 && score <= 5.0)) {
    fail_input("{}: the relatedness is '{}', expected a number from 1 to 5", record.where, cell);
  }
  return kClasses[static_cast<size_t>(std::floor(score + 0.5)) - 1];
}

}  // namespace

std::vector<TaskRow> read_sick(const std::filesystem::path& file) {
  const auto records = read_tsv_records(file);
  std::vector<TaskRow> rows;
  for (const TableRecord& record : records) {
    check_cells(record, 5, "pair_ID, sentence_A, sentence_B, relatedness_score, entailment");
    if (&record == &records.front()) {
      if (!std::equal(kHeader.begin(), kHeader.end(), record.cells.begin())) {
        fail_input("{}: the header is {}, expected {} first", record.where, fmt::join(record.cells, ", "),
                   fmt::join(kHeader, ", "));
      }
      continue;
    }
    TaskRow row;
    row.id = record.cells[0];
    row.fields = {{"first", record.cells[1]},
                  {"second", record.cells[2]},
                  {"score", record.cells[3]},
                  {"entailment", record.cells[4]}};
    row.options = kClasses;
    row.answers = {class_of(record)};
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace flanmoe
