// Pairs of captions with a score of 0 to 5: STS images, TSV "score, sentence, sentence" without a header.
#include <cmath>

#include "data/reader_parts.h"
#include "data/reader_tables.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

// As T5 writes scores: the nearest multiple of 0.2, halves to the even one.
std::string rounded_score(double score) { return fmt::format("{:.1f}", std::nearbyint(score * 5.0) / 5.0); }

TaskRow row_of(const std::string& first, const std::string& second, const std::string& written,
               const std::string& where) {
  const std::optional<double> score = number_of(written);
  if (!score || *score < 0.0 || *score > 5.0)
    fail_input("{}: the score is '{}', expected a number from 0 to 5", where, excerpt(written));
  TaskRow row;
  row.fields = {{"first", trimmed_text(first)}, {"second", trimmed_text(second)}, {"score", written}};
  if (row.fields["first"].empty() || row.fields["second"].empty())
    fail_input("{}: a sentence is empty, expected two", where);
  row.answers = {rounded_score(*score)};
  return row;
}

}  // namespace

void read_sts_images(const DataFile& file, RowSink& rows) {
  each_tsv_record(file, [&rows](const TableRecord& record) {
    if (!record.cells[0].empty() || record.cells.size() != 3) {
      rows.add(record.where, [&record] {
        check_cells(record, 3, "score, sentence, sentence");
        return row_of(record.cells[1], record.cells[2], record.cells[0], record.where);
      });
    }
  });
}

}  // namespace flanmoe
