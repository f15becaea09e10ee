#include "data/task_row.h"

#include <algorithm>

namespace flanmoe {

int64_t TaskRow::answer_index() const {
  if (right_option >= 0) return right_option;
  if (answers.empty()) return -1;
  const auto found = std::find(options.begin(), options.end(), answers.front());
  return found == options.end() ? -1 : found - options.begin();
}

bool reads_like(const TaskRow& a, const TaskRow& b) { return a.fields == b.fields && a.options == b.options; }

}  // namespace flanmoe
