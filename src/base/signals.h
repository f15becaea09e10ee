// Ctrl-C, SIGTERM and their like as values, where a loop asks for them: it saves and throws Interrupted between steps.
// Elsewhere they end the process at once, as everybody expects.
#pragma once

#include <array>
#include <csignal>
#include <string>

namespace flanmoe {

// While one lives, SIGINT, SIGTERM, SIGHUP and SIGUSR1 are only noted (a second SIGINT ends the process at once). For
// the length of a loop that asks. One that the process was started to ignore stays ignored. May stand inside another.
class StopSignals {
 public:
  // `seconds`: where ending at once loses nothing, the process ends so long after the signal though the loop has not
  // asked: one long prompt may take minutes. 0 = never.
  explicit StopSignals(unsigned seconds = 0);
  ~StopSignals();  // what they did before
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  std::array<struct sigaction, 4> before_ = {};
  unsigned seconds_before_;
};

int pending_signal();  // 0 when none
// Throws Interrupted(message) when a signal came.
void leave_if_asked(const std::string& message);
void clear_pending_signal();  // for tests

}  // namespace flanmoe
