// Several arrays cut into blocks for the threads. The bounds depend on the lengths alone, so that a sum for each block,
// and these added in their order, is the same for any number of threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tensor/threads.h"

namespace flanmoe {

struct ArrayBlock {
  size_t array;
  int64_t begin, end;  // in that array
  int64_t before;      // numbers in the blocks before
};

// Blocks of so many numbers, the last one of an array of fewer.
inline std::vector<ArrayBlock> blocks_of(const std::vector<int64_t>& lengths, int64_t numbers) {
  std::vector<ArrayBlock> blocks;
  int64_t before = 0;
  for (size_t array = 0; array < lengths.size(); ++array) {
    for (int64_t begin = 0; begin < lengths[array]; begin += numbers) {
      const int64_t end = std::min(begin + numbers, lengths[array]);
      blocks.push_back({array, begin, end, before});
      before += end - begin;
    }
  }
  return blocks;
}

// work(place) for the place of every block; threads share them so that each has about as many numbers.
template <class Work>
void each_block(const std::vector<ArrayBlock>& blocks, const Work& work) {
  constexpr int64_t kGrain = 32768;  // numbers for which it is worth starting a thread
  if (blocks.empty()) return;
  const int64_t all = blocks.back().before + blocks.back().end - blocks.back().begin;
  split_work(0, all, kGrain, [&](int64_t from, int64_t to) {
    const auto begins_before = [](const ArrayBlock& block, int64_t number) { return block.before < number; };
    auto block = std::lower_bound(blocks.begin(), blocks.end(), from, begins_before);
    for (; block != blocks.end() && block->before < to; ++block) work(static_cast<size_t>(block - blocks.begin()));
  });
}

}  // namespace flanmoe
