// Which evaluation texts occur in a training text: a run of consecutive words in common, or a short question as a
// whole. Case, punctuation, accents and line ends make no difference (data/overlap/plain_words.h).
// docs/data.md, "Contamination".
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "data/overlap/window_table.h"

namespace flanmoe {

inline constexpr int64_t kOverlapWindow = 13;    // words, as GPT-3 and FLAN count
inline constexpr int64_t kShortestQuestion = 5;  // words; what is shorter says too little to be looked for

// How a question can be found.
enum class QuestionForm {
  kLong,     // by any run of `window` words
  kShort,    // fewer words than the window: as a whole
  kGeneric,  // not: short, and made of the words that any question is made of ("Which of the following is true?")
  kTooShort  // not: fewer than kShortestQuestion words
};

// A run of words of a scanned text that an item shares: bytes [begin, end).
struct SharedRun {
  uint32_t item;
  size_t begin, end;
  int64_t num_words;
};

// Hashes of evaluation texts; the texts themselves are not kept. Filled, closed, then scans.
class OverlapIndex {
 public:
  explicit OverlapIndex(int64_t window = kOverlapWindow);  // requires window > kShortestQuestion

  QuestionForm add_question(uint32_t item, std::string_view question);
  // A passage, an answer, a part of a question: found by runs alone. False when it is shorter than the window, so never
  // found.
  bool add_text(uint32_t item, std::string_view text);
  void close();

  // The items that share something with `text`, each once, with the first run in common at its full length. In order of
  // place. Needs close().
  std::vector<SharedRun> scan(std::string_view text) const;
  int64_t window() const { return static_cast<int64_t>(window_); }

 private:
  size_t window_;
  WindowTable runs_, questions_;
  std::vector<bool> question_lengths_;  // [words]: whether a short question has that many
};

}  // namespace flanmoe
