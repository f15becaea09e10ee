// Named random streams. Every consumer derives its own stream from (seed, name, step), so adding a consumer moves
// nobody else's numbers, and a resumed run draws what the straight run drew.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace flanmoe {

// 64-bit FNV-1a of `text`, mixed; stable across machines.
uint64_t hash_text(std::string_view text);

// Key of a stream: the same (seed, name, step) gives the same key everywhere.
uint64_t stream_key(uint64_t seed, std::string_view name, uint64_t step = 0);

// Number `index` of the numbered stream `key` (splitmix64, entered anywhere): what a thread, a shard or another device
// draws for an element depends on the element alone. Uniform over 64 bits.
uint64_t random_word(uint64_t key, uint64_t index);
// The same as a number of [0, 1), 53 bits.
double unit_interval(uint64_t word);

// xoshiro256++ seeded from a stream key by splitmix64. Satisfies UniformRandomBitGenerator, but prefer the members:
// standard distributions differ between libraries.
class RandomStream {
 public:
  using result_type = uint64_t;
  explicit RandomStream(uint64_t key);
  RandomStream(uint64_t seed, std::string_view name, uint64_t step = 0);

  uint64_t operator()();
  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return ~uint64_t{0}; }

  double uniform();                            // [0, 1), 53 bits
  uint64_t below(uint64_t bound);              // [0, bound), unbiased; bound >= 1
  int64_t between(int64_t low, int64_t high);  // [low, high], both ends included
  bool chance(double probability);             // true with this probability

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }
  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }
  // `count` distinct indices of [0, total), in random order; count <= total.
  std::vector<size_t> sample(size_t total, size_t count);

 private:
  uint64_t state_[4];
};

// A pseudo-random permutation of [0, size) that needs no table: position -> index. Used to walk an epoch in shuffled
// order from any position (cycle-walking Feistel network).
class Permutation {
 public:
  Permutation(uint64_t key, uint64_t size);
  uint64_t operator()(uint64_t position) const;

 private:
  uint64_t key_, size_;
  int half_bits_;
};

}  // namespace flanmoe
