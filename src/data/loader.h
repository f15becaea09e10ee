// Batches computed ahead of the training thread, in order. What is computed does not depend on the number of threads.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "data/batch_source.h"

namespace flanmoe {

class BatchLoader {
 public:
  // Gives batches [first, end) of `source`, which must outlive it. `num_threads` threads compute at most
  // kAheadPerThread batches each ahead of the one asked for; 0 = next() computes it.
  BatchLoader(const BatchSource& source, uint64_t first, uint64_t end, int64_t num_threads);
  ~BatchLoader();  // lets batches that are begun end, starts no more
  BatchLoader(const BatchLoader&) = delete;
  BatchLoader& operator=(const BatchLoader&) = delete;

  // The next batch; what its computing threw, if it did. At most end - first calls.
  TokenBatch next();
  double seconds_waited() const { return seconds_waited_; }  // spent in next() so far

  static constexpr uint64_t kAheadPerThread = 4;

 private:
  struct Computed {
    TokenBatch batch;
    std::exception_ptr error;
  };
  void work();
  void stop();  // joins the threads
  Computed computed(uint64_t step) const;
  Computed take();

  const BatchSource& source_;
  uint64_t next_started_, next_given_, end_, ahead_;
  bool stopping_ = false;
  double seconds_waited_ = 0.0;
  std::mutex mutex_;  // of all that follows, next_started_, next_given_ and stopping_
  std::condition_variable ready_, room_;
  std::map<uint64_t, Computed> waiting_;
  std::vector<std::thread> threads_;
};

}  // namespace flanmoe
