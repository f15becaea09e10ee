// What the readers of data files share: cells of tables, texts of JSON, option lists inside a question.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "data/task.h"

namespace flanmoe {

// Without blanks and line ends at both sides.
std::string trimmed_text(std::string_view text);

// ---- tables ----
struct TableRecord {
  std::string where;  // "FILE:LINE", the line where the record begins
  std::vector<std::string> cells;
};
// RFC 4180: quoted cells may hold commas, doubled quotes and line ends. UserError for a quote that is never closed or
// is followed by text.
std::vector<TableRecord> read_csv_records(const std::filesystem::path& file);
// Tabs, no quoting; one record a line, empty lines skipped.
std::vector<TableRecord> read_tsv_records(const std::filesystem::path& file);
// UserError unless the record has `count` cells; `names` says what they are.
void check_cells(const TableRecord& record, size_t count, std::string_view names);

// ---- JSON ----
// value[key] as a list of texts; UserError naming `where`.
std::vector<std::string> json_texts(const Json& value, const std::string& key, const std::string& where);
// UserError unless `value` is an object.
void check_object(const Json& value, const std::string& where);

// ---- options inside a text ----
// "Which one?\nOptions:\n(A) x\n(B) y" -> stem "Which one?", labels (A), (B), texts x, y. Items are "(A) x", "- (A) x",
// "(a) x" or "- x" (label and text are then the same). Without such a list: the text is the stem, no labels.
struct WrittenOptions {
  std::string stem;
  std::vector<std::string> labels, texts;
};
WrittenOptions written_options(const std::string& text);

// Fills the row's options with the labels and the field `answer_text` with what the right label stands for (the answer
// itself where there is no list). False, and no options, when the row's answer is none of the labels.
bool take_options(TaskRow& row, const WrittenOptions& written);

}  // namespace flanmoe
