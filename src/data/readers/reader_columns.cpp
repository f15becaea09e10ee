#include "data/readers/reader_columns.h"

#include <algorithm>

#include "base/config.h"
#include "base/nearest_name.h"
#include "base/text_file.h"
#include "data/readers/reader_parts.h"

namespace flanmoe {
namespace {

using Texts = std::vector<std::string>;

Texts texts_of(const Json& list, const std::string& name, const std::string& where) {
  Texts texts;
  for (const Json& value : list) {
    if (!is_scalar(value)) fail_input("{}: '{}' holds {}, expected texts", where, name, json_excerpt(value));
    texts.push_back(scalar_text(value));
  }
  return texts;
}

// A cell that is a JSON list, or "a|b|c". One that begins as a list of texts and is none is a slip of the pen.
Texts list_of(const std::string& cell, const std::string& name, const std::string& where) {
  const std::string text = trimmed_text(cell);
  if (text.starts_with("[")) {
    const Json list = Json::parse(text, nullptr, false);
    if (list.is_array()) return texts_of(list, name, where);
    if (text.starts_with("[\"") || text.starts_with("['")) {
      fail_input("{}: '{}' is {}, expected a JSON list such as [\"a\", \"b\"], or a|b", where, name, excerpt(text));
    }
  }
  Texts parts;
  for (size_t begin = 0; begin <= cell.size() && !text.empty();) {
    const size_t end = std::min(cell.find('|', begin), cell.size());
    parts.push_back(trimmed_text(cell.substr(begin, end - begin)));
    begin = end + 1;
  }
  return parts;
}

bool is_list_name(const std::string& name) { return name == "answers" || name == "options"; }

void put_list(TaskRow& row, const std::string& name, Texts texts) {
  (name == "options" ? row.options : row.answers) = std::move(texts);
}

}  // namespace

void put_text(TaskRow& row, const std::string& name, const std::string& text, const std::string& where) {
  if (is_list_name(name)) {
    put_list(row, name, list_of(text, name, where));
  } else if (name == "answer") {
    row.answers = {text};
  } else if (name == "rationale") {
    row.rationale = text;
  } else if (name == "id") {
    row.id = trimmed_text(text);
  } else if (name == "cluster_id") {
    row.cluster_id = trimmed_text(text);
  } else {
    row.fields[name] = text;
  }
  if (name == "answer" && is_blank(text)) fail_input("{}: the answer is empty", where);
}

void put_value(TaskRow& row, const std::string& name, const Json& value, const std::string& where) {
  if (is_list_name(name) && value.is_array()) {
    put_list(row, name, texts_of(value, name, where));
  } else if (is_scalar(value) || value.is_null()) {
    put_text(row, name, value.is_null() ? "" : scalar_text(value), where);
  } else {
    fail_input("{}: '{}' is {}, expected a text or a number", where, name, json_excerpt(value));
  }
}

void fail_column(const std::string& where, const std::string& column, const Texts& names) {
  const std::string nearest = nearest_name(column, names);
  fail_input("{}: no column '{}', {}it has {}", where, column,
             nearest.empty() ? "" : fmt::format("did you mean '{}'? ", excerpt(nearest)), listed(names));
}

void check_has_answer(const Texts& our_names, const std::string& where) {
  const bool found = std::any_of(our_names.begin(), our_names.end(),
                                 [](const std::string& name) { return name == "answer" || name == "answers"; });
  if (!found) fail_input("{}: the columns are {}, expected one named 'answer' or 'answers'", where, listed(our_names));
}

}  // namespace flanmoe
