#include "data/mixture/length_buckets.h"

#include <algorithm>

#include "base/random.h"
#include "data/mixture/example_source.h"
#include "data/packing.h"

namespace flanmoe {
namespace {

constexpr size_t kKept = 4;  // windows; loader threads may be in neighbouring ones

}  // namespace

LengthBuckets::LengthBuckets(ExampleAt example, int64_t examples_per_batch, int64_t window, uint64_t seed)
    : example_(std::move(example)),
      examples_per_batch_(static_cast<uint64_t>(examples_per_batch)),
      window_(static_cast<uint64_t>(window)),
      seed_(seed) {}

std::vector<TokenPair> LengthBuckets::batch(uint64_t step) const {
  if (window_ == 1) return examples(step * examples_per_batch_, examples_per_batch_);
  return (*window_at(step / window_))[step % window_];
}

std::vector<TokenPair> LengthBuckets::examples(uint64_t first, uint64_t count) const {
  std::vector<TokenPair> pairs;
  for (uint64_t i = 0; i < count; ++i) pairs.push_back(example_(first + i));
  return pairs;
}

LengthBuckets::Batches LengthBuckets::sorted_batches(uint64_t window) const {
  const uint64_t count = window_ * examples_per_batch_;
  std::vector<TokenPair> pairs = examples(window * count, count);
  std::stable_sort(pairs.begin(), pairs.end(), [](const TokenPair& a, const TokenPair& b) {
    return std::pair(a.source.size(), a.target.size()) < std::pair(b.source.size(), b.target.size());
  });
  Batches batches(window_);
  for (uint64_t i = 0; i < count; ++i) batches[i / examples_per_batch_].push_back(std::move(pairs[i]));
  RandomStream(seed_, "length_window", window).shuffle(batches);
  return batches;
}

std::shared_ptr<const LengthBuckets::Batches> LengthBuckets::window_at(uint64_t window) const {
  const std::lock_guard<std::mutex> guard(mutex_);
  auto& batches = kept_[window];
  if (batches == nullptr) batches = std::make_shared<const Batches>(sorted_batches(window));
  const std::shared_ptr<const Batches> result = batches;
  while (kept_.size() > kKept) kept_.erase(kept_.begin()->first == window ? std::prev(kept_.end()) : kept_.begin());
  return result;
}

int64_t num_examples_of(int64_t num_batches, int64_t examples_per_batch, int64_t window) {
  return (num_batches + window - 1) / window * window * examples_per_batch;
}

}  // namespace flanmoe
