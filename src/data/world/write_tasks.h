// Writes tasks of the world as task files and jsonl rows (docs/tasks.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "data/world/rows.h"

namespace flanmoe::world {

// How many rows of which split; splits of a task never share a row. Rows are dealt to the splits in turn, so that a
// split does not depend on the size of one behind it, and a longer one begins with the rows of a shorter one. Of the
// rows' answers the share `label_noise` is replaced by another option: a larger share of them keeps those of a smaller
// one.
struct SplitSize {
  std::string split;
  int64_t num_rows;
  double label_noise = 0.0;
};

// Writes `root`/`folder`/<name>.yaml and `root`/rows/<name>.<split>.jsonl. A task with fewer distinct rows gives each
// split its share; of a finetune set, whose size was asked for, it is a UserError naming the set and both numbers.
// Returns a prompt and its target for every row, the templates in turn: what the vocabulary is trained
// on.
Words write_task(const WorldTask& task, const std::vector<SplitSize>& sizes, const std::filesystem::path& root,
                 const std::string& folder, uint64_t seed);

// A task file of its own over rows already written: held-in validation.
void write_validation(const WorldTask& task, const std::filesystem::path& root);

}  // namespace flanmoe::world
