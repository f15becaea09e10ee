#include "base/signals.h"

#include <unistd.h>

#include "base/error.h"

namespace flanmoe {
namespace {

volatile sig_atomic_t g_pending = 0;
volatile sig_atomic_t g_num_interrupts = 0;

constexpr std::array<int, 4> kAsked = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

// Runs inside a signal: it may only set values and call _exit.
void note_signal(int signal_number) {
  if (signal_number == SIGINT) {
    g_num_interrupts = g_num_interrupts + 1;
    if (g_num_interrupts >= 2) ::_exit(kExitInterrupted);
  }
  if (g_pending == 0) g_pending = signal_number;
}

}  // namespace

StopSignals::StopSignals() {
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
