// How fast steps are, and how long they wait for data.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/stopwatch.h"

namespace flanmoe {

// The first kUntimedSteps of a process, in which memory is taken and caches fill, count in no rate.
class Meter {
 public:
  static constexpr int64_t kUntimedSteps = 5;

  // A step of so many real tokens took `seconds`, `waited` of them for data.
  void count(int64_t num_tokens, double seconds, double waited);

  // train/tokens_per_second and train/loader_wait (a share) over the seconds of the steps since this was last called,
  // validations and savings between them left out; none when no step of them was timed.
  std::map<std::string, double> take_window();
  // The rate of the steps since then, or of the ones before when there is none; 0 when no step was timed.
  double recent_tokens_per_second() const;

  // Over the time since the untimed steps, validations and savings in it.
  double tokens_per_second() const;
  double seconds() const { return since_start_.seconds(); }

 private:
  struct Window {
    double seconds = 0.0, waited = 0.0;
    int64_t num_tokens = 0;
    double rate() const { return seconds > 0.0 ? static_cast<double>(num_tokens) / seconds : 0.0; }
  };
  Stopwatch since_start_, since_timed_;
  int64_t steps_ = 0, timed_tokens_ = 0;
  Window window_, last_;
};

}  // namespace flanmoe
