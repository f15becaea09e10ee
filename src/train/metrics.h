// metrics.jsonl and TensorBoard events of one run. After a resume the file reads as one straight run (docs/metrics.md).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/events.h"
#include "base/files.h"

namespace flanmoe {

inline constexpr int64_t kNothingDone = -1;  // not even the validation before the first step

class MetricsWriter {
 public:
  // Lines and events of steps after `done_steps`, left by an attempt that was cut off, are removed. UserError naming
  // file and line for one that is no line of metrics, but for a torn end.
  MetricsWriter(const std::filesystem::path& run_folder, int64_t done_steps);
  // One line: step, tokens, wall_time (seconds since this process began the run), and the values.
  void write(int64_t step, int64_t num_tokens, double wall_time, const std::map<std::string, double>& values);
  // The line of `done_steps`, empty when there is none.
  const std::map<std::string, double>& done_values() const { return done_values_; }
  // What is written survives a power cut: for what presumes it.
  void sync();

 private:
  std::filesystem::path file_;
  std::map<std::string, double> done_values_;
  std::unique_ptr<LineWriter> lines_;
  std::unique_ptr<EventWriter> events_;
};

}  // namespace flanmoe
