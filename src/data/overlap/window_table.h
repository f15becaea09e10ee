// Hashes of runs of words, and a table that says whose they are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/overlap/plain_words.h"

namespace flanmoe {

// Hashes of any run of consecutive words, each in constant time. Equal runs have equal hashes; of different ones about
// one pair in 2^64 has.
class RunHashes {
 public:
  explicit RunHashes(std::span<const PlainWord> words);
  size_t num_runs(size_t length) const { return length > num_words_ ? 0 : num_words_ - length + 1; }
  uint64_t at(size_t begin, size_t length) const;

 private:
  size_t num_words_;
  std::vector<uint64_t> sums_, powers_;
};

// Hash -> items. Filled, closed, then asked from any number of threads. 16 bytes an entry, and 2 to 4 for the filter
// that answers for nearly every hash that is not there.
class WindowTable {
 public:
  struct Entry {
    uint64_t hash;
    uint32_t item;
    auto operator<=>(const Entry&) const = default;
  };
  void add(uint64_t hash, uint32_t item);
  void close();
  std::span<const Entry> find(uint64_t hash) const;  // requires close()
  size_t num_entries() const { return entries_.size(); }

 private:
  std::vector<Entry> entries_;
  std::vector<uint64_t> filter_;  // one bit per hash, addressed by the hash's upper bits
  int shift_ = 0;
};

}  // namespace flanmoe
