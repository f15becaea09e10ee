// Where readers put their rows: each record is read by itself, so that a bad one can be skipped, and checked for what
// holds of every row.
#pragma once

#include <functional>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <vector>

#include "data/readers/bad_rows.h"
#include "data/readers/data_file.h"
#include "data/task.h"

namespace flanmoe {

class RowSink {
 public:
  // Rows that are good are given to `take`, in order.
  RowSink(const DataFile& file, BadRows& bad_rows, std::function<void(TaskRow)> take)
      : name_(file.written()), options_(file.options), bad_rows_(bad_rows), take_(std::move(take)) {}

  // Of formats where nothing is a right answer (Super-NaturalInstructions): such rows are good, and counted.
  void allow_empty_answers() { allows_empty_ = true; }
  int64_t num_empty_answers() const { return num_empty_; }

  // The row or rows that `make` finds in the record at `where` ("FILE:LINE" or "FILE: question 3"). Texts are trimmed;
  // a row without an id gets the record's number, counted from 1, one without options those of the file. A bad record
  // is one of which `make` throws a UserError, or a row that has no answer, an empty answer or option, no question,
  // options without its answer, two sets of options, or an id that was there before.
  template <class Make>
  void add(const std::string& where, const Make& make) {
    add_rows(where, [&make] {
      if constexpr (std::is_same_v<decltype(make()), TaskRow>) {
        std::vector<TaskRow> rows;
        rows.push_back(make());
        return rows;
      } else {
        return make();
      }
    });
  }

  int64_t num_records() const { return num_records_; }

 private:
  void add_rows(const std::string& where, const std::function<std::vector<TaskRow>()>& make);
  void finish(TaskRow& row, const std::string& where);
  void check_texts(const TaskRow& row, const std::string& where);

  std::string name_;
  std::vector<std::string> options_;
  BadRows& bad_rows_;
  std::function<void(TaskRow)> take_;
  std::unordered_set<std::string> ids_;
  int64_t num_records_ = 0, num_empty_ = 0;
  bool allows_empty_ = false;
};

}  // namespace flanmoe
