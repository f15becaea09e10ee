// What the readers of data files share: texts for messages, JSON values, option lists inside a question. Tables are in
// reader_tables.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "data/readers/row_sink.h"

namespace flanmoe {

// Without blanks and line ends at both sides.
std::string trimmed_text(std::string_view text);
// For a message: one line of at most 60 bytes.
std::string excerpt(std::string_view text);
// Names for a message, the first 20 of them: "a, b, c".
std::string listed(const std::vector<std::string>& names);
// "12,000" -> "12000".
std::string without_commas(std::string text);

// A text that is a finite number and nothing else.
std::optional<double> number_of(const std::string& text);

// Calls `take` with every line that holds something, its place "FILE:LINE" and its number.
void each_line(const DataFile& file,
               const std::function<void(const std::string& line, const std::string& where, int64_t number)>& take);

// ---- JSON ----
Json parse_file(const DataFile& file);
// UserError unless `value` is an object.
void check_object(const Json& value, const std::string& where);
// The list value[key] of a file that is one object; UserError naming `where`.
const Json& json_list(const Json& value, const std::string& key, const std::string& where);
// value[key] as a list of texts; UserError naming `where`.
std::vector<std::string> json_texts(const Json& value, const std::string& key, const std::string& where);
// value[key] as a text that is not empty, trimmed.
std::string json_filled(const Json& value, const std::string& key, const std::string& where);
// value[key] as a text where it may be written as a number or as true and false: 51.0 is "51".
std::string json_scalar(const Json& value, const std::string& key, const std::string& where);
bool is_scalar(const Json& value);
std::string scalar_text(const Json& value);
// The member that file.part names; UserError with the names that are there.
const Json& part_of(const Json& value, const DataFile& file);
// UserError: the file has no part such as `file.part`, but `names`.
[[noreturn]] void fail_part(const DataFile& file, const std::vector<std::string>& names);
// json_scalar for ids: "" without the key.
std::string json_id(const Json& value, const std::string& key, const std::string& where);

// The objects of a JSON array, or of a JSONL file, one a line. `rows_of(object, where)` makes a row or a list of rows.
template <class RowsOf>
void each_object(const DataFile& file, RowSink& rows, const RowsOf& rows_of) {
  if (file.text[file.text.find_first_not_of(" \t\r\n")] != '[') {
    each_line(file, [&](const std::string& line, const std::string& where, int64_t number) {
      rows.add(where, [&] {
        const Json value = parse_json(line, file.name(), number);
        check_object(value, where);
        return rows_of(value, where);
      });
    });
    return;
  }
  const Json list = parse_file(file);
  for (const Json& value : list) {
    const std::string where = fmt::format("{}: row {}", file.name(), rows.num_records() + 1);
    rows.add(where, [&] {
      check_object(value, where);
      return rows_of(value, where);
    });
  }
}

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
