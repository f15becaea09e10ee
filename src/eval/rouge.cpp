#include "eval/rouge.h"

#include <algorithm>

#include "eval/porter_stemmer.h"

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

double f1(const std::vector<std::string>& prediction, const std::vector<std::string>& reference) {
  if (prediction.empty() || reference.empty()) return 0.0;
  const auto common = static_cast<double>(common_subsequence(prediction, reference));
  return 2.0 * common / static_cast<double>(prediction.size() + reference.size());
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
  for (char c : text) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((low >= 'a' && low <= 'z') || (low >= '0' && low <= '9')) {
      word += low;
    } else {
      flush();
    }
  }
  flush();
  return tokens;
}

double rouge_l(const std::string& prediction, const std::vector<std::string>& references) {
  const auto said = rouge_tokens(prediction);
  double best = 0.0;
  for (const std::string& reference : references) best = std::max(best, f1(said, rouge_tokens(reference)));
  return best;
}

}  // namespace flanmoe
