#include "base/machine.h"

#include <cpuid.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace flanmoe {
namespace {

std::string trimmed(std::string text, const char* blanks) {
  text.erase(text.find_last_not_of(blanks) + 1);
  return text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
}

// What follows `separator` on the first line of `file` that begins with `name`; "" when there is none.
std::string value_of(const char* file, const std::string& name, char separator) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const size_t end = line.find(separator);
    if (line.rfind(name, 0) == 0 && end != std::string::npos) return trimmed(line.substr(end + 1), " \t\"");
  }
  return "";
}

// In bytes; 0 when there is no such line.
int64_t kibibytes_of(const char* file, const std::string& name) {
  const std::string kibibytes = value_of(file, name, ':');
  return kibibytes.empty() ? 0 : std::stoll(kibibytes) * 1024;
}

std::string first_line(const char* file) {
  std::ifstream lines(file);
  std::string line;
  std::getline(lines, line);
  return line;
}

}  // namespace

std::string cpu_name() {
  const std::string name = value_of("/proc/cpuinfo", "model name", ':');
  return name.empty() ? "unknown" : name;
}

std::string processor_level() {
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (!avx512) return "x86-64-v3";  // less does not start (cli/processor_check.cpp)
  std::string level = "x86-64-v4";
  if (__builtin_cpu_supports("avx512bf16")) level += ", bfloat16";
  if (__builtin_cpu_supports("avx512vnni")) level += ", int8";
  constexpr unsigned kAmxTile = 1U << 24;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 1 && (d & kAmxTile) != 0) level += ", AMX";
  return level;
}

int num_cores() {
  cpu_set_t allowed;
  return ::sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

std::string operating_system() {
  const std::string name = value_of("/etc/os-release", "PRETTY_NAME", '=');
  return name.empty() ? "unknown" : name;
}

int64_t peak_memory_bytes() { return kibibytes_of("/proc/self/status", "VmHWM"); }

int64_t free_memory_bytes() {
  int64_t bytes = INT64_MAX;
  if (const int64_t available = kibibytes_of("/proc/meminfo", "MemAvailable"); available > 0) bytes = available;
  const std::string group_limit = first_line("/sys/fs/cgroup/memory.max"),
                    group_use = first_line("/sys/fs/cgroup/memory.current"),
                    files = value_of("/sys/fs/cgroup/memory.stat", "inactive_file", ' ');  // given back when asked for
  if (!group_use.empty() && !group_limit.empty() && group_limit != "max")
    bytes = std::min<int64_t>(bytes, std::stoll(group_limit) - std::stoll(group_use) + std::atoll(files.c_str()));
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    bytes = std::min(bytes, static_cast<int64_t>(limit.rlim_cur) - kibibytes_of("/proc/self/status", "VmSize"));
  return std::max<int64_t>(bytes, 0);
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace flanmoe
