// A processor without AVX2 stops with a sentence instead of an illegal instruction. This file alone is compiled for any
// x86-64 (src/CMakeLists.txt), calls nothing that is not, and runs before every other initialiser of the program.
#include <unistd.h>

namespace {

__attribute__((constructor(101))) void check_processor() {
  __builtin_cpu_init();  // libgcc's own initialiser has the same priority: the linker decides which of them is first
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) return;
  static const char kText[] =
      "flanmoe: error: this processor has no AVX2; flanmoe needs x86-64-v3 (AVX2, FMA, BMI2: Intel Haswell or AMD Zen "
      "and newer)\n";
  if (write(STDERR_FILENO, kText, sizeof(kText) - 1) < 0) _exit(1);
  _exit(1);
}

}  // namespace
