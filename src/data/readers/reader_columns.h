// Rows from columns of any names. Our names `answer`, `answers`, `options`, `rationale`, `id` and `cluster_id` fill
// what they say; every other name is a field.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "data/readers/row_sink.h"

namespace flanmoe {

// Puts a cell under our name; a list (answers, options) is a JSON list or written "a|b|c", empty when the cell is.
// UserError naming `where` for an empty answer, and for what begins as a list of texts and is none.
void put_text(TaskRow& row, const std::string& name, const std::string& text, const std::string& where);

// The same of a JSON value: a text, number or truth value, nothing (null), or for answers and options a list of them.
void put_value(TaskRow& row, const std::string& name, const Json& value, const std::string& where);

// UserError: `where` has no such column, but `names`.
[[noreturn]] void fail_column(const std::string& where, const std::string& column,
                              const std::vector<std::string>& names);

// UserError unless our names tell of an answer.
void check_has_answer(const std::vector<std::string>& our_names, const std::string& where);

}  // namespace flanmoe
