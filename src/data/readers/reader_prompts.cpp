// Prompts that are already text, as P3 comes: JSONL {"prompt", "completion"}, whose end marks are taken off, or
// {"inputs_pretokenized", "targets_pretokenized", "answer_choices"?, "is_correct"?}.
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"

namespace flanmoe {
namespace {

using Rows = std::vector<TaskRow>;

std::string without_end_mark(const std::string& completion) {
  std::string text = trimmed_text(completion);
  for (const std::string_view mark : {"<|endoftext|>", "\nEND", " END"}) {
    if (text.ends_with(mark)) return trimmed_text(text.substr(0, text.size() - mark.size()));
  }
  return text;
}

// A scored prompt comes once for each choice: the row of the right one stands for all.
bool is_wrong_choice(const Json& row, const std::string& where) {
  if (!row.contains("is_correct")) return false;
  const Json& correct = row["is_correct"];
  if (!correct.is_boolean()) fail_input("{}: 'is_correct' is {}, expected true or false", where, json_excerpt(correct));
  return !correct.get<bool>();
}

Rows rows_of(const Json& pair, const std::string& where) {
  const bool tokenized = pair.contains("inputs_pretokenized");
  if (is_wrong_choice(pair, where)) return {};
  TaskRow row;
  row.fields["prompt"] = json_string(pair, tokenized ? "inputs_pretokenized" : "prompt", where);
  const std::string key = tokenized ? "targets_pretokenized" : "completion";
  row.answers = {without_end_mark(json_string(pair, key, where))};
  if (row.answers[0].empty()) fail_input("{}: '{}' is empty, expected an answer", where, key);
  if (pair.contains("answer_choices")) row.options = json_texts(pair, "answer_choices", where);
  return {row};
}

}  // namespace

void read_prompt_jsonl(const DataFile& file, RowSink& rows) { each_object(file, rows, rows_of); }

}  // namespace flanmoe
