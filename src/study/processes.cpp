#include "study/processes.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/error.h"
#include "tensor/device.h"

namespace flanmoe {

pid_t start_process(const std::vector<std::string>& arguments, const std::filesystem::path& log_file, int64_t threads) {
  std::vector<char*> argv{const_cast<char*>("flanmoe")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  const std::string device = name_of(chosen_device().is_cuda() ? DeviceName::kCuda : DeviceName::kCpu);
  for (const char* word : {"--device", device.c_str()}) argv.push_back(const_cast<char*>(word));
  argv.push_back(nullptr);
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) fail_run("cannot write {}: {}", log_file.string(), std::strerror(errno));
  const std::string thread_count = std::to_string(threads);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) fail_run("cannot start a process: {}", std::strerror(errno));
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // it died before the line above
    setpgid(0, 0);                        // Ctrl-C reaches the parent alone, which asks its children to save
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    setenv("OMP_NUM_THREADS", thread_count.c_str(), 1);
    execv("/proc/self/exe", argv.data());  // this very binary, even when a newer one lies in its place by now
    _exit(127);
  }
  close(log);
  return pid;
}

EndedProcess wait_process(int64_t milliseconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (true) {
    int status = 0;
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid > 0) return {pid, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
    if (std::chrono::steady_clock::now() >= until) return {0, 0};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void stop_processes(const std::vector<pid_t>& pids) {
  for (pid_t pid : pids) kill(pid, SIGTERM);
  for (pid_t pid : pids) waitpid(pid, nullptr, 0);
}

}  // namespace flanmoe
