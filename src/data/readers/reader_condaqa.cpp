// CondaQA: JSONL of a passage (sentence1), a question (sentence2) and a label: YES, NO, DON'T KNOW or a short span.
// PassageEditID: 0 the original passage, 1 paraphrased, 2 of another scope, 3 affirmative.
#include <algorithm>

#include "base/unicode.h"
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

const std::vector<std::string> kLabels = {"yes", "no", "don't know"};

TaskRow row_of(const Json& value, const std::string& where) {
  const std::string label = json_filled(value, "label", where), lower = lower_text(label);
  TaskRow row;
  row.id = json_id(value, "SampleID", where);
  row.fields = {{"passage", json_filled(value, "sentence1", where)},
                {"question", json_string(value, "sentence2", where)},
                {"passage_id", json_scalar(value, "PassageID", where)},
                {"edit_id", json_scalar(value, "PassageEditID", where)},
                {"question_id", json_scalar(value, "QuestionID", where)}};
  row.cluster_id = row.fields["passage_id"];
  row.options = kLabels;
  const bool among = std::find(kLabels.begin(), kLabels.end(), lower) != kLabels.end();
  row.answers = {among ? lower : label};
  if (!among) row.options.push_back(label);
  return row;
}

}  // namespace

void read_condaqa(const DataFile& file, RowSink& rows) { each_object(file, rows, row_of); }

}  // namespace flanmoe
