// A row of a task.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace flanmoe {

// One row of a data file: named fields as text, plus what the judge needs.
struct TaskRow {
  std::string id;                             // unique within the task's split
  std::map<std::string, std::string> fields;  // for the templates
  std::vector<std::string> options;           // answer texts to choose from; empty when free-form
  std::vector<std::string> answers;           // accepted answers (the first is the training target)
  std::string rationale;                      // chain of thought, "" when there is none
  std::string cluster_id;                     // rows sharing a passage share it; "" = the row alone
  int64_t right_option = -1;     // place of the right option where a reader knows it (two options may read the same)
  int64_t answer_index() const;  // right_option, else the place of answers[0] in options; -1 when free-form
};

// Whether two rows ask the same: fields and options are equal. As an exemplar one would give away the other's answer.
bool reads_like(const TaskRow& a, const TaskRow& b);

}  // namespace flanmoe
