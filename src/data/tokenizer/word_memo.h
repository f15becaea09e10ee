// The ids of words met before, kept for all threads without locks: entries are added and never change.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/tokenizer/tokenizer.h"

namespace flanmoe {

struct KnownWord {
  std::string text;
  TokenIds ids;
  double weight = 0.0;  // size of the word's score, 0 or more
  double limit = 0.0;   // the ids hold while the weights of the words in front sum up to this at most; -1 = never
};

class WordMemo {
 public:
  explicit WordMemo(size_t num_slots);  // a power of two; no more words are kept
  ~WordMemo();
  WordMemo(const WordMemo&) = delete;
  WordMemo& operator=(const WordMemo&) = delete;

  const KnownWord* find(std::string_view word) const;  // nullptr when it is not there
  // The entry of that word, which may be one that another thread put there first; nullptr when there is no room.
  const KnownWord* add(KnownWord word);

 private:
  using Slot = std::atomic<const KnownWord*>;
  size_t first_slot(std::string_view word) const;
  std::vector<Slot> slots_;
};

}  // namespace flanmoe
