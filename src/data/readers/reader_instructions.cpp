// Instructions with their answers: Alpaca, self-instruct seeds, dumps of FLAN.
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

using Rows = std::vector<TaskRow>;

// {"input", "output"} under an instruction; Alpaca's and the seeds' input may be empty.
TaskRow row_of(const std::string& instruction, const Json& value, const std::string& where) {
  TaskRow row;
  row.fields = {{"instruction", instruction},
                {"input", value.contains("input") ? json_string(value, "input", where) : ""}};
  row.answers = {json_filled(value, "output", where)};
  return row;
}

TaskRow alpaca_row(const Json& value, const std::string& where) {
  return row_of(json_string(value, "instruction", where), value, where);
}

// {"id", "instruction", "instances": [{"input", "output"}]}.
Rows seed_rows(const Json& seed, const std::string& where) {
  const std::string id = json_filled(seed, "id", where), instruction = json_string(seed, "instruction", where);
  Rows rows;
  for (const Json& instance : json_list(seed, "instances", where)) {
    check_object(instance, where);
    rows.push_back(row_of(instruction, instance, where));
    rows.back().id = rows.size() == 1 ? id : fmt::format("{} {}", id, rows.size());
  }
  if (rows.empty()) fail_input("{}: 'instances' is empty, expected at least one", where);
  return rows;
}

// {"inputs", "targets"} and what the dump says of the prompt.
TaskRow flan_row(const Json& value, const std::string& where) {
  TaskRow row;
  row.fields["prompt"] = json_string(value, "inputs", where);
  row.answers = {json_filled(value, "targets", where)};
  for (const char* name : {"task_source", "task_name", "template_type", "template_idx"}) {
    if (value.contains(name)) row.fields[name] = json_scalar(value, name, where);
  }
  return row;
}

}  // namespace

void read_alpaca(const DataFile& file, RowSink& rows) { each_object(file, rows, alpaca_row); }
void read_self_instruct(const DataFile& file, RowSink& rows) { each_object(file, rows, seed_rows); }
void read_flan_dump(const DataFile& file, RowSink& rows) { each_object(file, rows, flan_row); }

}  // namespace flanmoe
