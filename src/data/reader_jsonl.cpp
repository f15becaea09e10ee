#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

std::vector<std::string> strings_of(const Json& row, const char* key, const std::string& where) {
  std::vector<std::string> values;
  if (!row.contains(key)) return values;
  if (!row[key].is_array()) fail_input("{}: '{}' is {}, expected a list of texts", where, key, row[key].dump());
  for (const Json& value : row[key]) {
    if (!value.is_string()) fail_input("{}: '{}' holds {}, expected texts", where, key, value.dump());
    values.push_back(value.get<std::string>());
  }
  return values;
}

TaskRow parse_row(const Json& row, const std::string& where) {
  if (!row.is_object()) fail_input("{}: the row is {}, expected a JSON object", where, row.dump());
  TaskRow result;
  result.id = json_string(row, "id", where);
  const Json& fields = json_at(row, "fields", where);
  if (!fields.is_object()) fail_input("{}: 'fields' is {}, expected an object of texts", where, fields.dump());
  for (const auto& [name, value] : fields.items()) {
    if (!value.is_string()) fail_input("{}: field '{}' is {}, expected a text", where, name, value.dump());
    result.fields[name] = value.get<std::string>();
  }
  result.options = strings_of(row, "options", where);
  result.answers = strings_of(row, "answers", where);
  if (result.answers.empty()) fail_input("{}: 'answers' is missing or empty, expected at least one answer", where);
  if (!result.options.empty() && result.answer_index() < 0) {
    fail_input("{}: the answer '{}' is not one of the options", where, result.answers.front());
  }
  if (row.contains("rationale")) result.rationale = json_string(row, "rationale", where);
  if (row.contains("cluster_id")) result.cluster_id = json_string(row, "cluster_id", where);
  return result;
}

}  // namespace

std::vector<TaskRow> read_jsonl(const std::filesystem::path& file) {
  std::vector<TaskRow> rows;
  int64_t line_number = 0;
  for (const std::string& line : read_lines(file)) {
    ++line_number;
    if (line.empty()) continue;
    rows.push_back(
        parse_row(parse_json(line, file.string(), line_number), fmt::format("{}:{}", file.string(), line_number)));
  }
  return rows;
}

}  // namespace flanmoe
