// Progress on long work: a line with a bar when stderr is a terminal, otherwise one plain line every `interval`
// seconds.
#pragma once

#include <cstdint>
#include <string>

#include "base/progress_text.h"
#include "base/stopwatch.h"

namespace flanmoe {

class Progress {
 public:
  // `label` names the work ("pretrain"); `total` units of `unit` ("step").
  Progress(std::string label, int64_t total, std::string unit, double interval_seconds = 10.0);
  ~Progress();
  // `detail` is shown as it is ("loss 2.31, 12.4k tokens/s"); the ETA is computed from the units done in this process.
  void update(int64_t done, const std::string& detail);
  void finish(const std::string& detail);

 private:
  ProgressText text(int64_t done, const std::string& detail) const;
  std::string label_, unit_;
  int64_t total_, first_done_ = -1;
  double interval_;
  bool terminal_, quiet_ = false;
  Stopwatch since_start_, since_print_;
};

std::string format_duration(double seconds);  // "42 s", "3 min 20 s", "2 h 05 min"
std::string format_count(double value);       // 950, 12.4k, 3.10M, 1.25B

}  // namespace flanmoe
