// The folder of an evaluation: config.json from its beginning, samples/ as they come, results.json at its end.
#pragma once

#include <filesystem>

#include "base/file_lock.h"
#include "base/json.h"
#include "eval/files/samples.h"

namespace flanmoe {

class EvalFolder {
 public:
  // Makes the folder, or goes on in one of the same configuration or in an empty one (a kill in its first moment leaves
  // that), and owns it. UserError when it is no folder of an evaluation, or of one with another configuration (the
  // message names the first key that differs), or when another process is working in it.
  EvalFolder(std::filesystem::path folder, const Json& config);

  bool finished() const;
  const SampleFolder& samples() const { return samples_; }
  void finish(const Json& results) const;  // complete or absent; NaN refused

 private:
  std::filesystem::path folder_;
  SampleFolder samples_;
  FileLock lock_;
};

// results.json of a finished evaluation; UserError when there is none.
Json read_results(const std::filesystem::path& folder);

// That what was begun under one configuration may go on under another: UserError naming the first key that differs
// (a platform may), and a warning where the bits will not be those of a straight run. `name` is what was begun.
void expect_same_config(Json there, Json here, const std::string& name, bool is_finished);

// "'suites/mmlu/shots' is 5 there and 0 here", or "" when both say the same.
std::string first_difference(const Json& there, const Json& here);

}  // namespace flanmoe
