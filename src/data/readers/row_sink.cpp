#include "data/readers/row_sink.h"

#include <algorithm>

#include "base/error.h"
#include "base/text_file.h"
#include "data/readers/reader_parts.h"

namespace flanmoe {
namespace {

// Fields that ask: a row where they are empty asks nothing.
constexpr const char* kAskingFields[] = {"question", "prompt", "instruction"};

void trim(TaskRow& row) {
  for (auto& [name, text] : row.fields) text = trimmed_text(text);
  for (std::string& option : row.options) option = trimmed_text(option);
  for (std::string& answer : row.answers) answer = trimmed_text(answer);
  row.rationale = trimmed_text(row.rationale);
}

void check(const TaskRow& row, const std::string& where) {
  for (const char* name : kAskingFields) {
    const auto field = row.fields.find(name);
    if (field != row.fields.end() && is_blank(field->second))
      fail_input("{}: '{}' is empty, expected a text", where, name);
  }
  if (row.answers.empty()) fail_input("{}: no answer, expected at least one", where);
  if (!row.options.empty() && row.answer_index() < 0) {
    fail_input("{}: the answer '{}' is not one of the options {}", where, excerpt(row.answers.front()),
               listed(row.options));
  }
}

}  // namespace

void RowSink::add_rows(const std::string& where, const std::function<std::vector<TaskRow>()>& make) {
  ++num_records_;
  bad_rows_.count_record(name_);
  std::vector<TaskRow> rows;
  try {
    rows = make();
    for (TaskRow& row : rows) finish(row, where);
  } catch (const UserError& error) {
    bad_rows_.found(name_, printable(error.what()));
    return;
  }
  for (TaskRow& row : rows) take_(std::move(row));
}

// An empty answer would be said by ending at once, and an empty option be ranked by its end alone.
void RowSink::check_texts(const TaskRow& row, const std::string& where) {
  const auto is_empty = [](const std::string& text) { return is_blank(text); };
  if (std::any_of(row.options.begin(), row.options.end(), is_empty))
    fail_input("{}: one of the {} options is empty, expected texts", where, row.options.size());
  if (std::none_of(row.answers.begin(), row.answers.end(), is_empty)) return;
  if (!allows_empty_)
    fail_input("{}: {} is empty, expected a text", where,
               row.answers.size() == 1 ? "the answer" : "one of the answers");
  ++num_empty_;
}

void RowSink::finish(TaskRow& row, const std::string& where) {
  if (!options_.empty() && !row.options.empty())
    fail_input("{}: the row has options of its own, {}, beside the task's 'options'; expected one of them", where,
               listed(row.options));
  if (row.options.empty()) row.options = options_;
  trim(row);
  check_texts(row, where);
  check(row, where);
  if (row.id.empty()) row.id = std::to_string(num_records_);
  if (!ids_.insert(row.id).second) {
    fail_input("{}: the id '{}' was there before, expected each once in a split", where, excerpt(row.id));
  }
}

}  // namespace flanmoe
