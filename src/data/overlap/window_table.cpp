#include "data/overlap/window_table.h"

#include <algorithm>
#include <bit>

#include "base/error.h"

namespace flanmoe {
namespace {

constexpr uint64_t kBase = 0x9e3779b97f4a7c15;  // odd, so that no word is lost however far it is shifted

uint64_t mixed(uint64_t value) {
  value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93;
  return value ^ (value >> 32);
}

}  // namespace

// sums_[i] = sum over j < i of word j times kBase^(i - 1 - j), modulo 2^64.
RunHashes::RunHashes(std::span<const PlainWord> words) : num_words_(words.size()) {
  sums_.assign(1, 0);
  powers_.assign(1, 1);
  for (const PlainWord& word : words) {
    sums_.push_back(sums_.back() * kBase + word.hash);
    powers_.push_back(powers_.back() * kBase);
  }
}

uint64_t RunHashes::at(size_t begin, size_t length) const {
  return mixed(sums_[begin + length] - sums_[begin] * powers_[length]);
}

void WindowTable::add(uint64_t hash, uint32_t item) { entries_.push_back({hash, item}); }

void WindowTable::close() {
  constexpr size_t kBitsPerEntry = 16, kWordBits = 64;
  std::sort(entries_.begin(), entries_.end());
  entries_.erase(std::unique(entries_.begin(), entries_.end()), entries_.end());
  entries_.shrink_to_fit();
  const size_t bits = std::bit_ceil(std::max(entries_.size() * kBitsPerEntry, kWordBits));
  shift_ = 64 - std::countr_zero(bits);
  filter_.assign(bits / kWordBits, 0);
  for (const Entry& entry : entries_) {
    const uint64_t bit = entry.hash >> shift_;
    filter_[bit / kWordBits] |= uint64_t{1} << (bit % kWordBits);
  }
}

std::span<const WindowTable::Entry> WindowTable::find(uint64_t hash) const {
  FLANMOE_ASSERT(!filter_.empty());
  const uint64_t bit = hash >> shift_;
  if ((filter_[bit / 64] >> (bit % 64) & 1) == 0) return {};
  const auto begin = std::lower_bound(entries_.begin(), entries_.end(), Entry{hash, 0});
  auto end = begin;
  while (end != entries_.end() && end->hash == hash) ++end;
  return {begin, end};
}

}  // namespace flanmoe
