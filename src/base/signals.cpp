#include "base/signals.h"

#include <unistd.h>

#include <string_view>

#include "base/error.h"

namespace flanmoe {
namespace {

volatile sig_atomic_t g_pending = 0;
volatile sig_atomic_t g_num_interrupts = 0;
volatile sig_atomic_t g_seconds = 0;  // from a signal to the end of the process; 0 = as long as it takes

constexpr std::array<int, 4> kAsked = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

void end_now(int) {
  constexpr std::string_view kText = "stopped before the work at hand was done; what was written before stands\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kText.data(), kText.size());
  ::_exit(128 + g_pending);
}

// Runs inside a signal: it may only set values and call what is allowed there.
void note_signal(int signal_number) {
  if (signal_number == SIGINT) {
    g_num_interrupts = g_num_interrupts + 1;
    if (g_num_interrupts >= 2) ::_exit(kExitInterrupted);
  }
  if (g_pending != 0) return;
  g_pending = signal_number;
  if (g_seconds == 0) return;
  ::signal(SIGALRM, end_now);
  ::alarm(static_cast<unsigned>(g_seconds));
}

}  // namespace

StopSignals::StopSignals(unsigned seconds) : seconds_before_(static_cast<unsigned>(g_seconds)) {
  g_seconds = static_cast<sig_atomic_t>(seconds);
  struct sigaction action = {};
  action.sa_handler = note_signal;
  action.sa_flags = SA_RESTART;  // reads and writes in progress go on
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < kAsked.size(); ++i) {
    ::sigaction(kAsked[i], nullptr, &before_[i]);
    if (before_[i].sa_handler != SIG_IGN) ::sigaction(kAsked[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  if (g_seconds != 0) ::alarm(0);
  g_seconds = static_cast<sig_atomic_t>(seconds_before_);
  for (size_t i = 0; i < kAsked.size(); ++i) ::sigaction(kAsked[i], &before_[i], nullptr);
}

int pending_signal() { return g_pending; }

void clear_pending_signal() {
  g_pending = 0;
  g_num_interrupts = 0;
}

void leave_if_asked(const std::string& message) {
  if (const int signal = pending_signal(); signal != 0) throw Interrupted(signal, message);
}

}  // namespace flanmoe
