// Batches of examples of about one length, so that little of a batch is padding.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "data/mixture/example_source.h"
#include "data/packing.h"

namespace flanmoe {

// Examples go to batches window by window: the examples of `window` batches are sorted by length (source, then target,
// then number) and cut into batches, whose order is shuffled. A batch is a pure function of (examples, seed, step) and
// a window holds the same examples as without sorting. window = 1: examples in their order.
class LengthBuckets {
 public:
  LengthBuckets(ExampleAt example, int64_t examples_per_batch, int64_t window, uint64_t seed);
  std::vector<TokenPair> batch(uint64_t step) const;  // safe from several threads

 private:
  using Batches = std::vector<std::vector<TokenPair>>;
  std::vector<TokenPair> examples(uint64_t first, uint64_t count) const;
  Batches sorted_batches(uint64_t window) const;
  std::shared_ptr<const Batches> window_at(uint64_t window) const;

  ExampleAt example_;
  uint64_t examples_per_batch_, window_, seed_;
  mutable std::mutex mutex_;
  mutable std::map<uint64_t, std::shared_ptr<const Batches>> kept_;  // the windows asked for last: a batch costs one
};

// How many examples the first `num_batches` batches need.
int64_t num_examples_of(int64_t num_batches, int64_t examples_per_batch, int64_t window);

}  // namespace flanmoe
