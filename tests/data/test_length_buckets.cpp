// Batches of about one length: every window keeps its examples, batches are pure functions of the step.
#include "data/mixture/length_buckets.h"
#include "data/packing.h"
#include "data_case.h"

#include <thread>

namespace flanmoe {
namespace {

// Example n is n repeated: its length is random, its number can be read.
TokenPair numbered(uint64_t n) {
  RandomStream stream(7, "lengths", n);
  TokenPair pair{TokenIds(stream.between(1, 60), static_cast<int32_t>(n)),
                 TokenIds(stream.between(1, 9), static_cast<int32_t>(n))};
  return pair;
}

std::vector<int32_t> numbers(const std::vector<TokenPair>& pairs) {
  std::vector<int32_t> result;
  for (const TokenPair& pair : pairs) result.push_back(pair.source.front());
  return result;
}

double padding_share(const LengthBuckets& buckets, uint64_t num_batches) {
  int64_t real = 0, all = 0;
  for (uint64_t step = 0; step < num_batches; ++step) {
    const TokenBatch batch = pad_batch(buckets.batch(step));
    real += batch.num_source_tokens + batch.num_target_tokens;
    all += batch.source_ids.numel() + batch.target_ids.numel();
  }
  return 1.0 - static_cast<double>(real) / static_cast<double>(all);
}

TEST(LengthBuckets, AWindowOfOneIsTheStreamAsItIs) {
  const LengthBuckets buckets(numbered, 4, 1, 3);
  EXPECT_EQ(numbers(buckets.batch(2)), (std::vector<int32_t>{8, 9, 10, 11}));
}

TEST(LengthBuckets, AWindowHoldsItsExamplesSortedIntoBatches) {
  const LengthBuckets buckets(numbered, 4, 5, 3);
  bool shuffled = false;
  for (uint64_t window = 0; window < 3; ++window) {
    std::set<int32_t> seen;
    std::vector<std::pair<size_t, size_t>> ranges;  // lengths of the batches
    for (uint64_t b = 0; b < 5; ++b) {
      const auto pairs = buckets.batch(window * 5 + b);
      ASSERT_EQ(pairs.size(), 4u);
      for (const int32_t n : numbers(pairs)) seen.insert(n);
      EXPECT_TRUE(std::is_sorted(pairs.begin(), pairs.end(), [](const TokenPair& x, const TokenPair& y) {
        return x.source.size() < y.source.size();
      }));
      ranges.emplace_back(pairs.front().source.size(), pairs.back().source.size());
    }
    EXPECT_EQ(seen.size(), 20u);
    EXPECT_EQ(*seen.begin(), static_cast<int32_t>(window * 20));
    EXPECT_EQ(*seen.rbegin(), static_cast<int32_t>(window * 20 + 19));
    shuffled |= !std::is_sorted(ranges.begin(), ranges.end());
    std::sort(ranges.begin(), ranges.end());
    for (size_t i = 1; i < ranges.size(); ++i) EXPECT_LE(ranges[i - 1].second, ranges[i].first);
  }
  EXPECT_TRUE(shuffled);
}

TEST(LengthBuckets, BatchesArePureFunctionsOfSeedAndStep) {
  const LengthBuckets straight(numbered, 3, 8, 3), jumping(numbered, 3, 8, 3), other(numbered, 3, 8, 4);
  std::vector<std::vector<int32_t>> expected;
  for (uint64_t step = 0; step < 100; ++step) expected.push_back(numbers(straight.batch(step)));
  RandomStream stream(1, "steps");
  bool differs = false;
  for (int i = 0; i < 60; ++i) {
    const uint64_t step = stream.below(100);
    EXPECT_EQ(numbers(jumping.batch(step)), expected[step]) << step;
    differs |= numbers(other.batch(step)) != expected[step];
  }
  EXPECT_TRUE(differs);
  std::vector<std::thread> threads;
  std::vector<std::vector<int32_t>> found(100);
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (uint64_t step = t; step < 100; step += 4) found[step] = numbers(jumping.batch(step));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(found, expected);
}

TEST(LengthBuckets, LeavesLessPadding) {
  const double before = padding_share(LengthBuckets(numbered, 8, 1, 3), 64);
  const double after = padding_share(LengthBuckets(numbered, 8, 16, 3), 64);
  EXPECT_GT(before, 0.35);
  EXPECT_LT(after, 0.15);
}

TEST(LengthBuckets, WholeWindowsAreNeeded) {
  EXPECT_EQ(num_examples_of(10, 4, 1), 40);
  EXPECT_EQ(num_examples_of(10, 4, 8), 64);
  EXPECT_EQ(num_examples_of(16, 4, 8), 64);
}

}  // namespace
}  // namespace flanmoe
