// The one file compiled with OpenMP (src/CMakeLists.txt): without it at::parallel_for runs on one thread.
#include "tensor/threads.h"

#include <ATen/Parallel.h>

#ifndef _OPENMP
#error "compile this file with -fopenmp"
#endif

namespace flanmoe {

void split_work(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& work) {
  at::parallel_for(begin, end, grain, work);
}

}  // namespace flanmoe
