// Child processes of this binary, one per cell: an own memory, an own thread count, and a crash takes one cell only.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace flanmoe {

// Starts this binary with `arguments`; stderr and stdout go to `log_file` (appended), OMP_NUM_THREADS is set to
// `threads`. The child dies with its parent.
pid_t start_process(const std::vector<std::string>& arguments, const std::filesystem::path& log_file, int64_t threads);

struct EndedProcess {
  pid_t pid;
  int status;  // exit status, or 128 + signal
};
// Waits up to `milliseconds` for one of our children to end; pid 0 when none did.
EndedProcess wait_process(int64_t milliseconds);

// Asks every process to save and leave (SIGTERM), then waits for all of them.
void stop_processes(const std::vector<pid_t>& pids);

}  // namespace flanmoe
