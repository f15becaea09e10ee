#include "data/overlap/overlap.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/error.h"

namespace flanmoe {
namespace {

// The words that generic questions are made of.
constexpr std::array<std::string_view, 52> kFormWords = {
    "a",      "above",    "all",     "an",        "and",    "answer",    "answers",    "are",    "as",
    "at",     "be",       "below",   "best",      "both",   "can",       "choice",     "choose", "correct",
    "except", "false",    "first",   "following", "for",    "in",        "incorrect",  "is",     "it",
    "least",  "most",     "neither", "none",      "not",    "of",        "one",        "option", "options",
    "or",     "question", "right",   "second",    "select", "statement", "statements", "that",   "the",
    "these",  "this",     "true",    "what",      "which",  "with",      "wrong"};

bool is_generic(std::string_view question, const std::vector<PlainWord>& words) {
  return std::all_of(words.begin(), words.end(), [question](const PlainWord& word) {
    const std::string plain = plain_word(question.substr(word.begin, word.end - word.begin));
    return std::binary_search(kFormWords.begin(), kFormWords.end(), plain);
  });
}

// What a scan has found so far: words [first, last] of the text per item.
class Found {
 public:
  void add(uint32_t item, size_t first, size_t last) {
    const auto [place, is_new] = places_.try_emplace(item, runs_.size());
    if (is_new) {
      runs_.push_back({item, first, last});
    } else if (Run& run = runs_[place->second]; first <= run.last + 1) {
      run.last = std::max(run.last, last);  // the next window of the same run
    }
  }

  std::vector<SharedRun> shared(const std::vector<PlainWord>& words) const {
    std::vector<SharedRun> result;
    for (const Run& run : runs_) {
      const auto num_words = static_cast<int64_t>(run.last - run.first + 1);
      result.push_back({run.item, words[run.first].begin, words[run.last].end, num_words});
    }
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    return result;
  }

 private:
  struct Run {
    uint32_t item;
    size_t first, last;
  };
  std::vector<Run> runs_;
  std::unordered_map<uint32_t, size_t> places_;
};

void look_up(const WindowTable& table, const RunHashes& hashes, size_t length, Found& found) {
  for (size_t first = 0; first < hashes.num_runs(length); ++first) {
    for (const WindowTable::Entry& entry : table.find(hashes.at(first, length))) {
      found.add(entry.item, first, first + length - 1);
    }
  }
}

}  // namespace

OverlapIndex::OverlapIndex(int64_t window) : window_(static_cast<size_t>(window)), question_lengths_(window_, false) {
  FLANMOE_ASSERT(window > kShortestQuestion);
}

QuestionForm OverlapIndex::add_question(uint32_t item, std::string_view question) {
  if (add_text(item, question)) return QuestionForm::kLong;
  const std::vector<PlainWord> words = plain_words(question);
  if (words.size() < static_cast<size_t>(kShortestQuestion)) return QuestionForm::kTooShort;
  if (is_generic(question, words)) return QuestionForm::kGeneric;
  questions_.add(RunHashes(words).at(0, words.size()), item);
  question_lengths_[words.size()] = true;
  return QuestionForm::kShort;
}

bool OverlapIndex::add_text(uint32_t item, std::string_view text) {
  const RunHashes hashes(plain_words(text));
  for (size_t first = 0; first < hashes.num_runs(window_); ++first) runs_.add(hashes.at(first, window_), item);
  return hashes.num_runs(window_) > 0;
}

void OverlapIndex::close() {
  runs_.close();
  questions_.close();
}

std::vector<SharedRun> OverlapIndex::scan(std::string_view text) const {
  const std::vector<PlainWord> words = plain_words(text);
  const RunHashes hashes(words);
  Found found;
  look_up(runs_, hashes, window_, found);
  for (size_t length = 1; length < window_; ++length) {
    if (question_lengths_[length]) look_up(questions_, hashes, length, found);
  }
  return found.shared(words);
}

}  // namespace flanmoe
