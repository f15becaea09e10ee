// samples/TASK.jsonl of an evaluation's folder: one line per item and prompting, complete lines only.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "eval/results.h"

namespace flanmoe {

// An item as a line, its checksum last. Texts that are no UTF-8 are written with U+FFFD.
Json sample_of_item(const ItemResult& item);
// And back. UserError at `where` for a line that is none, or that was changed since it was written (its checksum says
// so).
ItemResult item_of_sample(const Json& sample, const std::string& task, const std::string& where);

class SampleFolder {
 public:
  explicit SampleFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The items of one task and prompting, by id. A last line without its end, which a killed run leaves, is taken off
  // the file. UserError naming file and line for any other line that cannot be read, and for an id that is there twice.
  std::map<std::string, ItemResult> read(const std::string& task, Prompting prompting) const;

  // Behind what the task's file holds.
  void append(const std::string& task, const std::vector<ItemResult>& items) const;

  void sync() const;  // what was appended survives a power cut: for what presumes it

 private:
  std::filesystem::path file_of(const std::string& task) const;
  std::filesystem::path folder_;
};

}  // namespace flanmoe
