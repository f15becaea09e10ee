// What every reader of rows must hold for any text: good rows, or one UserError.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/error.h"
#include "base/unicode.h"
#include "data/readers/reader_parts.h"
#include "data/readers/readers.h"
#include "fuzz/check.h"

namespace flanmoe {

// A reader with the name of the file, the part and the columns it is given.
struct RowsCase {
  Reader reader;
  const char *path = "fuzzed", *part = "";
  std::map<std::string, std::string> columns = {};
};

inline void check_text(const std::string& text) {
  FUZZ_CHECK(trimmed_text(text) == text);
  for (size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    FUZZ_CHECK(character.value != kNoCharacter);
    at += character.size;
  }
}

inline void check_row(const TaskRow& row, std::set<std::string>& ids) {
  FUZZ_CHECK(!row.answers.empty());
  FUZZ_CHECK(!row.id.empty() && ids.insert(row.id).second);
  for (const auto& [name, text] : row.fields) check_text(text);
  for (const auto& texts : {row.answers, row.options, {row.rationale}}) {
    for (const std::string& text : texts) check_text(text);
  }
  if (row.options.empty()) return;
  FUZZ_CHECK(row.answer_index() >= 0 && row.answer_index() < static_cast<int64_t>(row.options.size()));
  FUZZ_CHECK(row.options[static_cast<size_t>(row.answer_index())] == row.answers.front());
}

struct RowsRead {
  int64_t num_rows = 0, num_skipped = 0;
  bool refused = false;
};

inline RowsRead read_text_as(const RowsCase& form, const std::string& text, OnBadRow policy) {
  RowsRead result;
  BadRows bad_rows(policy);
  std::set<std::string> ids;
  try {
    DataFile file = data_file_of(form.path, text);
    file.part = form.part;
    file.columns = form.columns;
    RowSink sink(file, bad_rows, [&](const TaskRow& row) {
      check_row(row, ids);
      ++result.num_rows;
    });
    form.reader(file, sink);
  } catch (const UserError& error) {
    check_message(error.what());
    result.refused = true;
  }
  for (const std::string& line : bad_rows.report()) check_message(line);
  result.num_skipped = bad_rows.num_skipped();
  return result;
}

// The first byte says which of the forms reads the rest. Skipping changes nothing but bad rows.
inline void check_rows(const RowsCase* forms, size_t num_forms, const uint8_t* data, size_t size) {
  if (size == 0) return;
  const RowsCase& form = forms[data[0] % num_forms];
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const RowsRead stopped = read_text_as(form, text, OnBadRow::kStop),
                 skipped = read_text_as(form, text, OnBadRow::kSkip);
  FUZZ_CHECK(stopped.num_skipped == 0 && stopped.num_rows <= skipped.num_rows);
  if (stopped.refused) {
    FUZZ_CHECK(skipped.refused || skipped.num_skipped > 0);
  } else {
    FUZZ_CHECK(!skipped.refused && skipped.num_skipped == 0 && skipped.num_rows == stopped.num_rows);
  }
}

}  // namespace flanmoe
