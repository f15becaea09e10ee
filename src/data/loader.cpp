#include "data/loader.h"

#include "base/error.h"
#include "base/stopwatch.h"
#include "data/batch_source.h"

namespace flanmoe {

BatchLoader::BatchLoader(const BatchSource& source, uint64_t first, uint64_t end, int64_t num_threads)
    : source_(source),
      next_started_(first),
      next_given_(first),
      end_(end),
      ahead_(static_cast<uint64_t>(num_threads) * kAheadPerThread) {
  try {
    for (int64_t i = 0; i < num_threads; ++i) threads_.emplace_back([this] { work(); });
  } catch (...) {  // a thread that cannot be started; the others run
    stop();
    throw;
  }
}

BatchLoader::~BatchLoader() { stop(); }

void BatchLoader::stop() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    stopping_ = true;
  }
  room_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void BatchLoader::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    room_.wait(lock, [this] { return stopping_ || next_started_ == end_ || next_started_ < next_given_ + ahead_; });
    if (stopping_ || next_started_ == end_) return;
    const uint64_t step = next_started_++;
    lock.unlock();
    Computed result = computed(step);
    lock.lock();
    waiting_.emplace(step, std::move(result));
    ready_.notify_one();
  }
}

BatchLoader::Computed BatchLoader::computed(uint64_t step) const {
  try {
    return {source_.batch(step), nullptr};
  } catch (...) {  // thrown again where the batch is asked for
    return {{}, std::current_exception()};
  }
}

BatchLoader::Computed BatchLoader::take() {
  FLANMOE_ASSERT(next_given_ < end_);
  if (threads_.empty()) return computed(next_given_++);
  std::unique_lock<std::mutex> lock(mutex_);
  ready_.wait(lock, [this] { return waiting_.contains(next_given_); });
  Computed result = std::move(waiting_.extract(next_given_++).mapped());
  room_.notify_all();
  return result;
}

TokenBatch BatchLoader::next() {
  const Stopwatch watch;
  Computed result = take();
  seconds_waited_ += watch.seconds();
  if (result.error) std::rethrow_exception(result.error);
  return std::move(result.batch);
}

}  // namespace flanmoe
