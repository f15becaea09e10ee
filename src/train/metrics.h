// metrics.jsonl and TensorBoard events of one run. After a resume the file reads as one straight run.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/events.h"
#include "base/files.h"

namespace flanmoe {

class MetricsWriter {
 public:
  // Lines of steps after `done_steps`, left by an attempt that was cut off, are removed.
  MetricsWriter(const std::filesystem::path& run_folder, int64_t done_steps);
  // One line: step, tokens, wall_time (seconds since this process began the run), and the values.
  void write(int64_t step, int64_t num_tokens, double wall_time, const std::map<std::string, double>& values);

 private:
  std::unique_ptr<LineWriter> lines_;
  EventWriter events_;
};

}  // namespace flanmoe
