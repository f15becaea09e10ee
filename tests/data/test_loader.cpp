// Batches computed ahead: the same ones in the same order for any number of threads, from any step; errors arrive where
// the batch is asked for.
#include "base/error.h"
#include "data/batch_source.h"
#include "data/loader.h"
#include "data/packing.h"
#include "data_case.h"

#include <atomic>

namespace flanmoe {
namespace {

// A batch says its step; some are slower than those behind them. Counts how many were begun.
class CountingSource : public BatchSource {
 public:
  explicit CountingSource(uint64_t broken = ~uint64_t{0}) : broken_(broken) {}
  TokenBatch batch(uint64_t step) const override {
    ++num_begun;
    if (step % 3 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    if (step == broken_) fail_input("row {} is broken", step);
    return pad_batch({{{static_cast<int32_t>(step), 1}, {1}}});
  }
  std::string describe() const override { return "steps"; }
  mutable std::atomic<uint64_t> num_begun{0};

 private:
  uint64_t broken_;
};

int64_t step_of(const TokenBatch& batch) { return batch.source_ids[0][0].item<int64_t>(); }

TEST(BatchLoader, GivesTheSameStreamForAnyNumberOfThreads) {
  for (const int64_t num_threads : {0, 1, 2, 4}) {
    for (const uint64_t first : {0, 17}) {
      const CountingSource source;
      BatchLoader loader(source, first, 40, num_threads);
      for (uint64_t step = first; step < 40; ++step)
        ASSERT_EQ(step_of(loader.next()), static_cast<int64_t>(step)) << num_threads;
      EXPECT_EQ(source.num_begun, 40 - first);  // each once, none behind the end
    }
  }
}

TEST(BatchLoader, RunsNoFurtherAheadThanItSays) {
  const CountingSource source;
  BatchLoader loader(source, 0, 1000, 2);
  for (int i = 0; i < 3; ++i) loader.next();
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_LE(source.num_begun, 3 + 2 * BatchLoader::kAheadPerThread);
  EXPECT_GT(source.num_begun, 3u);
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

TEST(BatchLoader, CountsTheSecondsWaited) {
  const CountingSource source;
  BatchLoader here(source, 0, 30, 0);
  for (int i = 0; i < 30; ++i) here.next();
  EXPECT_GT(here.seconds_waited(), 10 * 0.002);  // ten slow ones, computed while the caller waits
  BatchLoader ahead(source, 0, 3, 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  for (int i = 0; i < 3; ++i) ahead.next();
  EXPECT_LT(ahead.seconds_waited(), here.seconds_waited());
}

}  // namespace
}  // namespace flanmoe
