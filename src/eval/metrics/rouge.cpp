#include "eval/metrics/rouge.h"

#include <algorithm>
#include <map>

#include "base/unicode.h"
#include "eval/metrics/porter_stemmer.h"

namespace flanmoe {
namespace {

size_t common_subsequence(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<size_t> row(b.size() + 1, 0);
  for (const std::string& word : a) {
    size_t diagonal = 0;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = word == b[j - 1] ? diagonal + 1 : std::max(row[j], row[j - 1]);
      diagonal = above;
    }
  }
  return row.back();
}

size_t common_words(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::map<std::string, int64_t> left;
  for (const std::string& word : a) ++left[word];
  return static_cast<size_t>(
      std::count_if(b.begin(), b.end(), [&left](const std::string& word) { return left[word]-- > 0; }));
}

// F1 with `common` as the number of hits, against the best reference.
template <class Common>
double best_f1(const std::string& prediction, const std::vector<std::string>& references, const Common& common) {
  const auto said = rouge_tokens(prediction);
  double best = 0.0;
  for (const std::string& reference : references) {
    const auto wanted = rouge_tokens(reference);
    if (said.empty() || wanted.empty()) continue;
    best = std::max(best,
                    2.0 * static_cast<double>(common(said, wanted)) / static_cast<double>(said.size() + wanted.size()));
  }
  return best;
}

}  // namespace

std::vector<std::string> rouge_tokens(const std::string& text) {
  constexpr size_t kLongestUnstemmed = 3;
  std::vector<std::string> tokens;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) tokens.push_back(word.size() > kLongestUnstemmed ? porter_stem(word) : word);
    word.clear();
  };
  for (const char c : lower_text(text)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      word += c;
    } else {
      flush();
    }
  }
  flush();
  return tokens;
}

double rouge_1(const std::string& prediction, const std::vector<std::string>& references) {
  return best_f1(prediction, references, common_words);
}

double rouge_l(const std::string& prediction, const std::vector<std::string>& references) {
  return best_f1(prediction, references, common_subsequence);
}

}  // namespace flanmoe
