// Rows of the user's in JSON. Ours: {"id", "fields": {name: text}, "options"?, "answers", "rationale"?, "cluster_id"?},
// one a line; others: objects with columns of any names.
#include "data/readers/reader_columns.h"
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

TaskRow our_row(const Json& row, const std::string& where) {
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

std::vector<std::string> keys_of(const Json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TaskRow mapped_row(const Json& object, const std::map<std::string, std::string>& columns, const std::string& where) {
  TaskRow row;
  for (const auto& [name, column] : columns) {
    if (!object.contains(column)) fail_column(where, column, keys_of(object));
    put_value(row, name, object[column], where);
  }
  return row;
}

// Every key by its own name; what is neither a text nor a number, nor the list of answers or options, is left out.
TaskRow named_row(const Json& object, const std::string& where) {
  check_has_answer(keys_of(object), where);
  TaskRow row;
  for (const auto& [name, value] : object.items()) {
    const bool list = value.is_array() && (name == "answers" || name == "options");
    if (list || is_scalar(value) || value.is_null() || name == "answer") put_value(row, name, value, where);
  }
  return row;
}

void read_mapped(const DataFile& file, RowSink& rows) {
  each_object(file, rows, [&file](const Json& object, const std::string& where) {
    return mapped_row(object, file.columns, where);
  });
}

void check_columns(const DataFile& file) {
  std::vector<std::string> names;
  for (const auto& [name, column] : file.columns) names.push_back(name);
  if (!names.empty()) check_has_answer(names, file.name());
}

}  // namespace

void read_jsonl(const DataFile& file, RowSink& rows) {
  check_columns(file);
  if (!file.columns.empty()) return read_mapped(file, rows);
  each_object(file, rows, our_row);
}

void read_json_rows(const DataFile& file, RowSink& rows) {
  check_columns(file);
  if (!file.columns.empty()) return read_mapped(file, rows);
  each_object(file, rows, named_row);
}

}  // namespace flanmoe
