// Super-NaturalInstructions: one JSON object per task, {Definition[], Categories[], Instances[{id, input, output[]}],
// Positive Examples[{input, output, explanation}], Negative Examples[the same], ...}. The examples are the parts
// `positive` and `negative`. The set has tasks where nothing is a right answer ("remove the vowels" of a word of
// vowels): an empty output is one.
#include "base/log.h"
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

// A list of texts; a plain text in older copies.
std::vector<std::string> texts_or_text(const Json& task, const std::string& key, const std::string& where) {
  const Json& value = json_at(task, key, where);
  if (value.is_string()) return {value.get<std::string>()};
  return json_texts(task, key, where);
}

Json task_of(const DataFile& file) {
  Json task = parse_file(file);
  check_object(task, file.name());
  return task;
}

TaskRow row_of(const Json& instance, const std::string& where) {
  check_object(instance, where);
  TaskRow row;
  row.id = json_id(instance, "id", where);
  row.fields["input"] = json_string(instance, "input", where);
  row.answers = texts_or_text(instance, "output", where);
  if (instance.contains("explanation")) row.rationale = json_string(instance, "explanation", where);
  return row;
}

struct Part {
  const char *name, *key, *record;
};
constexpr Part kParts[] = {{"", "Instances", "instance"},
                           {"positive", "Positive Examples", "positive example"},
                           {"negative", "Negative Examples", "negative example"}};

const Part& part_named(const DataFile& file) {
  for (const Part& part : kParts) {
    if (file.part == part.name) return part;
  }
  fail_part(file, {kParts[1].name, kParts[2].name});
}

}  // namespace

void read_niv2(const DataFile& file, RowSink& rows) {
  const Part& part = part_named(file);
  const Json task = task_of(file);
  rows.allow_empty_answers();
  for (const Json& record : json_list(task, part.key, file.name())) {
    const std::string where = fmt::format("{}: {} {}", file.name(), part.record, rows.num_records() + 1);
    rows.add(where, [&] { return row_of(record, where); });
  }
  if (rows.num_empty_answers() > 0) {
    log_warn("{}: {} of {} rows have an empty answer, which is learnt and judged as it is", file.written(),
             rows.num_empty_answers(), rows.num_records());
  }
}

FileNotes niv2_notes(const DataFile& file) {
  const Json task = task_of(file);
  FileNotes notes;
  for (const std::string& part : texts_or_text(task, "Definition", file.name())) {
    notes.definition += (notes.definition.empty() ? "" : " ") + trimmed_text(part);
  }
  const auto categories = texts_or_text(task, "Categories", file.name());
  if (categories.empty()) fail_input("{}: 'Categories' is empty, expected one", file.name());
  notes.cluster = categories.front();
  return notes;
}

}  // namespace flanmoe
