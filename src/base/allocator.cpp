#include "base/allocator.h"

#include <malloc.h>

namespace flanmoe {

void keep_freed_memory() {
  constexpr int kMiB = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, 32 * kMiB);  // the most that glibc takes
  ::mallopt(M_TRIM_THRESHOLD, 2047 * kMiB);
  ::mallopt(M_TOP_PAD, 64 * kMiB);
}

}  // namespace flanmoe
