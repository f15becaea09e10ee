// Work split over libtorch's own threads (at::set_num_threads, OMP_NUM_THREADS).
#pragma once

#include <cstdint>
#include <functional>

namespace flanmoe {

// Calls `work(from, to)` for parts of [begin, end) that cover it, each of at least `grain` items but the last; by one
// thread when the range is small or it is called from inside such work. The parts depend on the number of threads only.
void split_work(int64_t begin, int64_t end, int64_t grain, const std::function<void(int64_t, int64_t)>& work);

}  // namespace flanmoe
