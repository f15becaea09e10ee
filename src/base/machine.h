// Facts about the machine a number was taken on.
#pragma once

#include <cstdint>
#include <string>

namespace flanmoe {

std::string cpu_name();  // "AMD EPYC ..." from /proc/cpuinfo
// What code the processor can run: "x86-64-v3", or "x86-64-v4, bfloat16, int8, AMX" (AVX-512 and its extensions).
std::string processor_level();
int num_cores();                 // that this process may use
std::string operating_system();  // "Debian GNU/Linux 12 (bookworm)"
int64_t peak_memory_bytes();     // of this process so far (VmHWM)
// That this process may still take: what the machine, its control group and `ulimit -v` leave.
int64_t free_memory_bytes();
std::string utc_now();  // 2026-01-31T12:00:00Z

}  // namespace flanmoe
