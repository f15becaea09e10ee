#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

namespace flanmoe {
namespace {

// Values drawn once from this code and kept: a change here would change the data order of every run on disk.
TEST(RandomStream, DrawsTheSameNumbersForEver) {
  RandomStream stream(42, "data", 7);
  const std::array<uint64_t, 4> drawn = {stream(), stream(), stream(), stream()};
  const std::array<uint64_t, 4> expected = {6013127998109381915u, 8025807651221998086u, 466926414599066651u,
                                            8421362193075738744u};
  EXPECT_EQ(drawn, expected);
  EXPECT_EQ(hash_text(""), 17665956581633026203u);
  EXPECT_EQ(hash_text("router"), 17307870179753521540u);
  EXPECT_EQ(RandomStream(1, "a").uniform(), 0.2732175250135612);
}

// The first outputs of splitmix64 from the state 0, and from any state by its public definition.
TEST(RandomWord, IsSplitmix64EnteredAnywhere) {
  EXPECT_EQ(random_word(0, 0), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(random_word(0, 1), 0x6e789e6aa1b965f4ULL);
  EXPECT_EQ(random_word(0, 2), 0x06c45d188009454fULL);
  uint64_t state = 0xfeedULL;
  for (uint64_t i = 0; i < 100; ++i) {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    ASSERT_EQ(random_word(0xfeedULL, i), z ^ (z >> 31)) << i;
  }
}

TEST(RandomWord, AsANumberBelowOne) {
  EXPECT_EQ(unit_interval(0), 0.0);
  EXPECT_EQ(unit_interval(uint64_t{1} << 63), 0.5);
  EXPECT_EQ(unit_interval(~uint64_t{0}), 1.0 - 0x1.0p-53);
}

// From the public definition of xoshiro256++ and splitmix64, with seed 0.
TEST(RandomStream, AgreesWithThePlainGenerator) {
  std::array<uint64_t, 4> s{};
  uint64_t seed = 0;
  for (uint64_t& word : s) {
    uint64_t z = (seed += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
  EXPECT_EQ(s[0], 0xe220a8397b1dcdafULL);  // first output of splitmix64 from 0
  const auto rotl = [](uint64_t x, int k) { return (x << k) | (x >> (64 - k)); };
  RandomStream stream(0);
  for (int i = 0; i < 100; ++i) {
    const uint64_t expected = rotl(s[0] + s[3], 23) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0], s[3] ^= s[1], s[1] ^= s[2], s[0] ^= s[3], s[2] ^= t, s[3] = rotl(s[3], 45);
    ASSERT_EQ(stream(), expected);
  }
}

TEST(RandomStream, KeysDifferInEveryPart) {
  std::set<uint64_t> keys;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    for (const char* name : {"a", "b", "ab", "ba", ""}) {
      for (uint64_t step = 0; step < 20; ++step) keys.insert(stream_key(seed, name, step));
    }
  }
  EXPECT_EQ(keys.size(), 20u * 5u * 20u);
}

TEST(RandomStream, UniformFillsTheUnitInterval) {
  RandomStream stream(3, "uniform");
  std::array<int, 10> counts{};
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const double value = stream.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
    ++counts[static_cast<size_t>(value * 10)];
  }
  EXPECT_NEAR(sum / 100000, 0.5, 0.005);
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
}

TEST(RandomStream, BelowIsEven) {
  RandomStream stream(3, "below");
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[stream.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 500);
  EXPECT_EQ(stream.below(1), 0u);
  const uint64_t large = (uint64_t{1} << 63) + 1;  // half of all draws must be drawn again
  for (int i = 0; i < 1000; ++i) ASSERT_LT(stream.below(large), large);
}

TEST(RandomStream, BetweenReachesBothEnds) {
  RandomStream stream(3, "between");
  std::set<int64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(stream.between(-2, 2));
  EXPECT_EQ(seen, (std::set<int64_t>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(stream.between(5, 5), 5);
  stream.between(INT64_MIN, INT64_MAX);
}

TEST(RandomStream, ChanceIsTheShare) {
  RandomStream stream(3, "chance");
  int hits = 0;
  for (int i = 0; i < 100000; ++i) hits += stream.chance(0.15) ? 1 : 0;
  EXPECT_NEAR(hits, 15000, 600);
  EXPECT_FALSE(stream.chance(0.0));
  EXPECT_TRUE(stream.chance(1.0));
}

TEST(RandomStream, ShuffleReachesEveryOrder) {
  std::set<std::vector<int>> orders;
  for (uint64_t step = 0; step < 300; ++step) {
    std::vector<int> items = {1, 2, 3, 4};
    RandomStream(3, "shuffle", step).shuffle(items);
    orders.insert(items);
  }
  EXPECT_EQ(orders.size(), 24u);
}

TEST(RandomStream, SampleHoldsDistinctIndices) {
  RandomStream stream(3, "sample");
  std::array<int, 10> counts{};
  for (int i = 0; i < 10000; ++i) {
    const auto chosen = stream.sample(10, 3);
    ASSERT_EQ(std::set<size_t>(chosen.begin(), chosen.end()).size(), 3u);
    for (const size_t index : chosen) ++counts.at(index);
  }
  for (const int count : counts) EXPECT_NEAR(count, 3000, 250);
  auto all = stream.sample(50, 50);
  std::sort(all.begin(), all.end());
  std::vector<size_t> expected(50);
  std::iota(expected.begin(), expected.end(), size_t{0});
  EXPECT_EQ(all, expected);
  EXPECT_TRUE(stream.sample(0, 0).empty());
}

bool is_bijection(uint64_t key, uint64_t size) {
  const Permutation permutation(key, size);
  std::vector<bool> seen(size, false);
  for (uint64_t position = 0; position < size; ++position) {
    const uint64_t index = permutation(position);
    if (index >= size || seen[index]) return false;
    seen[index] = true;
  }
  return true;
}

TEST(Permutation, TakesEveryIndexOnce) {
  for (uint64_t size = 1; size <= 50; ++size) EXPECT_TRUE(is_bijection(11 * size, size)) << size;
  EXPECT_TRUE(is_bijection(5, 1000));
  EXPECT_TRUE(is_bijection(5, 1024));
}

TEST(Permutation, MovesIndicesAndDependsOnItsKey) {
  const Permutation first(1, 1000), second(2, 1000);
  int in_place = 0, same = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    in_place += first(i) == i ? 1 : 0;
    same += first(i) == second(i) ? 1 : 0;
  }
  EXPECT_LT(in_place, 10);
  EXPECT_LT(same, 10);
}

}  // namespace
}  // namespace flanmoe
