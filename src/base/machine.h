// Facts about the machine a number was taken on.
#pragma once

#include <cstdint>
#include <string>

namespace flanmoe {

std::string cpu_name();          // "AMD EPYC ..." from /proc/cpuinfo
int num_cores();                 // that this process may use
std::string operating_system();  // "Debian GNU/Linux 12 (bookworm)"
int64_t peak_memory_bytes();     // of this process so far (VmHWM)
std::string utc_now();           // 2026-01-31T12:00:00Z

}  // namespace flanmoe
