// Our own rows: {"id", "fields": {name: text}, "options"?, "answers", "rationale"?, "cluster_id"?}, one a line.
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

TaskRow row_of(const Json& row, const std::string& where) {
  TaskRow result;
  result.id = json_string(row, "id", where);
  const Json& fields = json_at(row, "fields", where);
  if (!fields.is_object()) fail_input("{}: 'fields' is {}, expected an object of texts", where, json_excerpt(fields));
  for (const auto& [name, value] : fields.items()) {
    if (!value.is_string()) fail_input("{}: field '{}' is {}, expected a text", where, name, json_excerpt(value));
    result.fields[name] = value.get<std::string>();
  }
  if (row.contains("options")) result.options = json_texts(row, "options", where);
  result.answers = json_texts(row, "answers", where);
  if (row.contains("rationale")) result.rationale = json_string(row, "rationale", where);
  if (row.contains("cluster_id")) result.cluster_id = json_string(row, "cluster_id", where);
  return result;
}

}  // namespace

void read_jsonl(const DataFile& file, RowSink& rows) { each_object(file, rows, row_of); }

}  // namespace flanmoe
