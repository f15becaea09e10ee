// Super-NaturalInstructions: one JSON object per task, {Definition[], Categories[], Instances[{id, input, output[]}],
// ...}.
#include "base/error.h"
#include "data/reader_parts.h"
#include "data/readers.h"

namespace flanmoe {
namespace {

// A list of texts; a plain text in older copies.
std::vector<std::string> texts_or_text(const Json& task, const std::string& key, const std::string& where) {
  const Json& value = json_at(task, key, where);
  if (value.is_string()) return {value.get<std::string>()};
  return json_texts(task, key, where);
}

Json read_task(const std::filesystem::path& file) {
  Json task = read_json(file);
  check_object(task, file.string());
  return task;
}

TaskRow row_of(const Json& instance, size_t number, const std::string& file) {
  const std::string where = fmt::format("{}: instance {}", file, number);
  check_object(instance, where);
  TaskRow row;
  row.id = instance.contains("id") ? json_string(instance, "id", where) : std::to_string(number);
  row.fields["input"] = trimmed_text(json_string(instance, "input", where));
  for (const std::string& output : texts_or_text(instance, "output", where))
    row.answers.push_back(trimmed_text(output));
  if (row.answers.empty()) fail_input("{}: 'output' is empty, expected at least one answer", where);
  return row;
}

}  // namespace

std::vector<TaskRow> read_niv2(const std::filesystem::path& file) {
  const Json task = read_task(file);
  const Json& instances = json_at(task, "Instances", file.string());
  if (!instances.is_array())
    fail_input("{}: 'Instances' is {}, expected a list", file.string(), instances.dump().substr(0, 60));
  std::vector<TaskRow> rows;
  for (const Json& instance : instances) rows.push_back(row_of(instance, rows.size() + 1, file.string()));
  return rows;
}

FileNotes niv2_notes(const std::filesystem::path& file) {
  const Json task = read_task(file);
  FileNotes notes;
  for (const std::string& part : texts_or_text(task, "Definition", file.string())) {
    notes.definition += (notes.definition.empty() ? "" : " ") + trimmed_text(part);
  }
  const auto categories = texts_or_text(task, "Categories", file.string());
  if (categories.empty()) fail_input("{}: 'Categories' is empty, expected one", file.string());
  notes.cluster = categories.front();
  return notes;
}

}  // namespace flanmoe
