// Pairs of captions with a score of 0 to 5: STS images, TSV "score, sentence, sentence" without a header; and CxC, CSV
// of caption ids, whose texts are in MS-COCO's captions file.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "data/readers/reader_parts.h"
#include "data/readers/reader_tables.h"
#include "data/readers/readers.h"

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

using Captions = std::unordered_map<std::string, std::string>;

// {"annotations": [{"id", "caption"}]}; the part of the ratings' name is the file, as seen from their folder.
Captions captions_of(const DataFile& ratings) {
  if (ratings.part.empty())
    fail_input("{}: the captions are in another file, expected {}#CAPTIONS_FILE", ratings.name(), ratings.name());
  const DataFile file = open_data_file((ratings.path.parent_path() / ratings.part).lexically_normal().string());
  const Json content = parse_file(file);
  Captions captions;
  for (const Json& annotation : json_list(content, "annotations", file.name())) {
    const std::string where = fmt::format("{}: annotation {}", file.name(), captions.size() + 1);
    captions[json_scalar(annotation, "id", where)] = json_string(annotation, "caption", where);
  }
  return captions;
}

// "COCO_val2014:sentid:190268" -> the caption 190268.
const std::string& caption_of(const std::string& id, const Captions& captions, const std::string& where) {
  const auto found = captions.find(id.substr(id.rfind(':') + 1));
  if (found == captions.end()) fail_input("{}: the captions file has no caption '{}'", where, excerpt(id));
  return found->second;
}

void check_header(const TableRecord& record) {
  const std::vector<std::string> expected = {"caption1", "caption2", "agg_score", "sampling_method"};
  if (record.cells == expected) return;
  fail_input("{}: the header is {}, expected {}", record.where, listed(record.cells), fmt::join(expected, ", "));
}

}  // namespace

void read_cxc(const DataFile& file, RowSink& rows) {
  const Captions captions = captions_of(file);
  bool header = true;
  each_csv_record(file, [&](const TableRecord& record) {
    if (header) {
      check_header(record);
      header = false;
      return;
    }
    rows.add(record.where, [&] {
      check_cells(record, 4, "caption1, caption2, agg_score, sampling_method");
      return row_of(caption_of(record.cells[0], captions, record.where),
                    caption_of(record.cells[1], captions, record.where), record.cells[2], record.where);
    });
  });
}

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
