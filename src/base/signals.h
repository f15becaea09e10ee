// Ctrl-C and SIGTERM as values: the handlers only note the signal; loops ask between steps, save and throw Interrupted.
#pragma once

#include <string>

namespace flanmoe {

void install_signal_handlers();  // SIGINT, SIGTERM, SIGUSR1; a second SIGINT ends the process at once
int pending_signal();            // 0 when none
// Throws Interrupted(message) when a signal came.
void leave_if_asked(const std::string& message);
void clear_pending_signal();  // for tests

}  // namespace flanmoe
