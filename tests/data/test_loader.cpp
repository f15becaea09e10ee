// Batches computed ahead: the same ones in the same order for any number of threads, from any step; errors arrive where
// the batch is asked for.
#include "base/error.h"
#include "data/batch_source.h"
#include "data/loader.h"
#include "data/packing.h"
#include "data_case.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

namespace flanmoe {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::minutes kForEver{1};

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// A batch says its step. Counts how many were begun and how many are done, and lets a test wait for either.
class CountingSource : public BatchSource {
 public:
  explicit CountingSource(uint64_t broken = ~uint64_t{0}) : broken_(broken) {}
  TokenBatch batch(uint64_t step) const override {
    begin(step);
    TokenBatch result = pad_batch({{{static_cast<int32_t>(step), 1}, {1}}});
    std::unique_lock<std::mutex> lock(mutex_);
    done_.insert(step);
    changed_.notify_all();
    if (step == broken_) fail_input("row {} is broken", step);
    return result;
  }
  std::string describe() const override { return "steps"; }

  uint64_t num_begun() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return num_begun_;
  }
  uint64_t furthest_begun() const {
    const std::lock_guard<std::mutex> guard(mutex_);
    return furthest_begun_;
  }
  // False when it never happens: a minute is for ever.
  bool wait_until_begun(uint64_t count) const {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, kForEver, [&] { return num_begun_ >= count; });
  }
  bool wait_until_done(uint64_t step) const {
    std::unique_lock<std::mutex> lock(mutex_);
    return changed_.wait_for(lock, kForEver, [&] { return done_.contains(step); });
  }

 protected:
  virtual void begin(uint64_t step) const {
    const std::lock_guard<std::mutex> guard(mutex_);
    ++num_begun_;
    furthest_begun_ = std::max(furthest_begun_, step);
    changed_.notify_all();
  }

 private:
  uint64_t broken_;
  mutable std::mutex mutex_;  // of all that follows
  mutable std::condition_variable changed_;
  mutable uint64_t num_begun_ = 0, furthest_begun_ = 0;
  mutable std::set<uint64_t> done_;
};

// Every third batch of [0, end) ends after the one behind it: needs two threads.
class OvertakenSource : public CountingSource {
 public:
  explicit OvertakenSource(uint64_t end) : end_(end) {}

 protected:
  void begin(uint64_t step) const override {
    CountingSource::begin(step);
    if (step % 3 != 0 || step + 1 == end_) return;
    EXPECT_TRUE(wait_until_done(step + 1));
  }

 private:
  uint64_t end_;
};

// Every batch takes a millisecond of the clock, which it counts.
class SlowSource : public CountingSource {
 public:
  double seconds() const { return seconds_; }

 protected:
  void begin(uint64_t step) const override {
    const auto start = Clock::now();
    while (seconds_since(start) < 0.001) {
    }
    seconds_ = seconds_ + seconds_since(start);
    CountingSource::begin(step);
  }

 private:
  mutable std::atomic<double> seconds_{0.0};  // of one thread
};

int64_t step_of(const TokenBatch& batch) { return batch.source_ids[0][0].item<int64_t>(); }

void expect_whole_stream(const CountingSource& source, uint64_t first, uint64_t end, int64_t num_threads) {
  BatchLoader loader(source, first, end, num_threads);
  for (uint64_t step = first; step < end; ++step)
    ASSERT_EQ(step_of(loader.next()), static_cast<int64_t>(step)) << num_threads;
  EXPECT_EQ(source.num_begun(), end - first);  // each once, none behind the end
}

TEST(BatchLoader, GivesTheSameStreamForAnyNumberOfThreads) {
  for (const int64_t num_threads : {0, 1, 2, 4}) {
    for (const uint64_t first : {0, 17}) expect_whole_stream(CountingSource(), first, 40, num_threads);
  }
}

TEST(BatchLoader, KeepsTheOrderWhenBatchesOvertakeEachOther) {
  for (const int64_t num_threads : {2, 4}) {
    for (const uint64_t first : {0, 17}) expect_whole_stream(OvertakenSource(40), first, 40, num_threads);
  }
}

TEST(BatchLoader, RunsAsFarAheadAsItSaysAndNoFurther) {
  constexpr uint64_t kEnd = 400, kAhead = 2 * BatchLoader::kAheadPerThread;
  const CountingSource source;
  BatchLoader loader(source, 0, kEnd, 2);
  for (uint64_t given = 0; given < kEnd; ++given) {
    ASSERT_TRUE(source.wait_until_begun(std::min(given + kAhead, kEnd)));
    ASSERT_LT(source.furthest_begun(), given + kAhead);
    loader.next();
  }
}

TEST(BatchLoader, ThrowsWhatABatchThrewWhenItIsAskedFor) {
  for (const int64_t num_threads : {0, 1, 4}) {
    const CountingSource source(5);
    BatchLoader loader(source, 2, 40, num_threads);
    for (int64_t step = 2; step < 5; ++step) EXPECT_EQ(step_of(loader.next()), step);
    EXPECT_EQ(message_of<UserError>([&] { loader.next(); }), "row 5 is broken");
    EXPECT_EQ(step_of(loader.next()), 6);
  }
}

TEST(BatchLoader, MayBeLeftInTheMiddle) {
  const CountingSource source;
  { BatchLoader unused(source, 0, 1000, 4); }
  BatchLoader loader(source, 0, 1000, 4);
  loader.next();
}

TEST(BatchLoader, CountsTheSecondsOfABatchThatItsCallerComputes) {
  const SlowSource source;
  BatchLoader loader(source, 0, 10, 0);
  EXPECT_EQ(loader.seconds_waited(), 0.0);
  const auto start = Clock::now();
  for (int i = 0; i < 10; ++i) loader.next();
  const double around = seconds_since(start);
  EXPECT_GE(loader.seconds_waited(), source.seconds() - 1e-9);
  EXPECT_LE(loader.seconds_waited(), around + 1e-9);
}

TEST(BatchLoader, CountsNoSecondsOfBatchesThatAreThereBeforeTheyAreAskedFor) {
  const SlowSource source;
  BatchLoader loader(source, 0, 3, 1);
  ASSERT_TRUE(source.wait_until_done(2));
  double around = 0.0;  // the calls alone
  for (int i = 0; i < 3; ++i) {
    const auto start = Clock::now();
    loader.next();
    around += seconds_since(start);
  }
  EXPECT_LE(loader.seconds_waited(), around + 1e-9);
}

}  // namespace
}  // namespace flanmoe
