// Instructions without a template: self-instruct seeds {"id", "instruction", "instances": [{"input", "output"}]}.
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

using Rows = std::vector<TaskRow>;

TaskRow row_of(const std::string& instruction, const Json& value, const std::string& where) {
  TaskRow row;
  row.fields = {{"instruction", instruction}, {"input", json_string(value, "input", where)}};
  row.answers = {json_filled(value, "output", where)};
  return row;
}

Rows seed_rows(const Json& seed, const std::string& where) {
  const std::string id = json_filled(seed, "id", where), instruction = json_string(seed, "instruction", where);
  Rows rows;
  for (const Json& instance : json_list(seed, "instances", where)) {
    rows.push_back(row_of(instruction, instance, where));
    rows.back().id = rows.size() == 1 ? id : fmt::format("{} {}", id, rows.size());
  }
  if (rows.empty()) fail_input("{}: 'instances' is empty, expected at least one", where);
  return rows;
}

}  // namespace

void read_self_instruct(const DataFile& file, RowSink& rows) { each_object(file, rows, seed_rows); }

}  // namespace flanmoe
