// What ended a command, as a sentence and an exit status (base/error.h): the one place that turns exceptions into both.
#pragma once

namespace flanmoe {

// Inside a catch block: reports the exception on standard error and returns the exit status that it means. Memory,
// files and threads that the system refuses are sentences, too; whatever else is our fault and called an internal
// error.
int report_failure();

// From here on what would end the process without a word is reported like other failures: an exception that leaves a
// thread of a library, a write beyond `ulimit -f`.
void report_terminations();

}  // namespace flanmoe
