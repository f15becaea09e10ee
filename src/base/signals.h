// Ctrl-C and SIGTERM as values: the handlers only note the signal; loops ask between steps, save and throw Interrupted.
#pragma once

namespace flanmoe {

void install_signal_handlers();  // SIGINT, SIGTERM, SIGUSR1; a second SIGINT ends the process at once
int pending_signal();            // 0 when none
void clear_pending_signal();     // for tests

}  // namespace flanmoe
