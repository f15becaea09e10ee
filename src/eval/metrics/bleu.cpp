#include "eval/metrics/bleu.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <unordered_map>

#include "base/error.h"
#include "base/unicode.h"

namespace flanmoe {
namespace {

constexpr size_t kOrder = BleuCounts::kOrder;

using Tokens = std::vector<std::string>;
using Counts = std::unordered_map<std::string, int64_t>;  // n-gram, joined by spaces -> how often
using CountsByOrder = std::array<Counts, kOrder>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_point(char c) { return c == '.' || c == ','; }
// ASCII punctuation but "'", ",", "-", ".".
bool stands_apart(char c) {
  return (c >= '!' && c <= '/' && c != '\'' && c != ',' && c != '-' && c != '.') || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (size_t i = text.find(what); i != std::string::npos; i = text.find(what, i + by.size())) {
    text.replace(i, what.size(), by);
  }
}

// The text with `rewrite(first, second)` in the place of each pair that it takes; pairs do not overlap.
template <class Rewrite>
std::string rewrite_pairs(const std::string& text, const Rewrite& rewrite) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string pair = i + 1 < text.size() ? rewrite(text[i], text[i + 1]) : "";
    result += pair.empty() ? std::string(1, text[i]) : pair;
    i += pair.empty() ? 0 : 1;
  }
  return result;
}

std::string with_points_apart(const std::string& text) {
  const std::string behind = rewrite_pairs(text, [](char a, char b) {
    return !is_digit(a) && is_point(b) ? std::string({a, ' ', b, ' '}) : std::string();
  });
  const std::string before = rewrite_pairs(behind, [](char a, char b) {
    return is_point(a) && !is_digit(b) ? std::string({' ', a, ' ', b}) : std::string();
  });
  return rewrite_pairs(before, [](char a, char b) {
    return is_digit(a) && b == '-' ? std::string({a, ' ', b, ' '}) : std::string();
  });
}

CountsByOrder ngrams(const Tokens& tokens) {
  CountsByOrder counts;
  for (size_t begin = 0; begin < tokens.size(); ++begin) {
    std::string ngram;
    for (size_t n = 0; n < kOrder && begin + n < tokens.size(); ++n) {
      ngram += (n > 0 ? " " : "") + tokens[begin + n];
      ++counts[n][ngram];
    }
  }
  return counts;
}

int64_t distance(size_t a, size_t b) { return std::abs(static_cast<int64_t>(a) - static_cast<int64_t>(b)); }

}  // namespace

void BleuCounts::add(const BleuCounts& other) {
  for (size_t n = 0; n < kOrder; ++n) {
    right[n] += other.right[n];
    total[n] += other.total[n];
  }
  length += other.length;
  reference_length += other.reference_length;
}

BleuCounts bleu_counts(const std::string& prediction, const std::vector<std::string>& references) {
  BleuCounts sums;
  const Tokens said = bleu_tokens(prediction);
  CountsByOrder allowed;
  size_t closest = bleu_tokens(references.front()).size();
  for (const std::string& reference : references) {
    const Tokens wanted = bleu_tokens(reference);
    const int64_t nearer = distance(wanted.size(), said.size()) - distance(closest, said.size());
    if (nearer < 0 || (nearer == 0 && wanted.size() < closest)) closest = wanted.size();
    const CountsByOrder counts = ngrams(wanted);
    for (size_t n = 0; n < kOrder; ++n) {
      for (const auto& [ngram, count] : counts[n]) allowed[n][ngram] = std::max(allowed[n][ngram], count);
    }
  }
  const CountsByOrder counts = ngrams(said);
  for (size_t n = 0; n < kOrder; ++n) {
    for (const auto& [ngram, count] : counts[n]) {
      sums.total[n] += count;
      if (const auto found = allowed[n].find(ngram); found != allowed[n].end()) {
        sums.right[n] += std::min(count, found->second);
      }
    }
  }
  sums.length = static_cast<int64_t>(said.size());
  sums.reference_length = static_cast<int64_t>(closest);
  return sums;
}

double bleu_of(const BleuCounts& s) {
  if (s.right[0] == 0 || s.total[kOrder - 1] == 0) return 0.0;
  double sum = 0.0, smoothing = 1.0;
  for (size_t n = 0; n < kOrder; ++n) {
    const auto total = static_cast<double>(s.total[n]);
    if (s.right[n] == 0) smoothing *= 2.0;  // the k-th order without a hit counts as 1 / 2^k hits
    sum += std::log(100.0 * (s.right[n] > 0 ? static_cast<double>(s.right[n]) : 1.0 / smoothing) / total);
  }
  const double excess = static_cast<double>(s.reference_length) / static_cast<double>(s.length);
  const double brevity = excess > 1.0 ? std::exp(1.0 - excess) : 1.0;
  return brevity * std::exp(sum / static_cast<double>(kOrder));
}

double bleu(const std::string& prediction, const std::vector<std::string>& answers) {
  return corpus_bleu({prediction}, {answers}) / 100.0;
}

std::vector<std::string> bleu_tokens(const std::string& text) {
  std::string line(strip_space_right(text));
  replace_all(line, "<skipped>", "");
  replace_all(line, "-\n", "");
  replace_all(line, "\n", " ");
  for (const auto& [entity, character] :
       {std::pair("&quot;", "\""), std::pair("&amp;", "&"), std::pair("&lt;", "<"), std::pair("&gt;", ">")}) {
    replace_all(line, entity, character);
  }
  std::string apart = " ";
  for (const char c : line) apart += stands_apart(c) ? std::string({' ', c, ' '}) : std::string(1, c);
  return split_words(with_points_apart(apart + " "));
}

double corpus_bleu(const std::vector<std::string>& predictions,
                   const std::vector<std::vector<std::string>>& references) {
  if (predictions.size() != references.size()) {
    fail_input("BLEU of {} predictions and {} lists of references; expected one list for each", predictions.size(),
               references.size());
  }
  BleuCounts sums;
  for (size_t i = 0; i < predictions.size(); ++i) {
    if (references[i].empty()) fail_input("BLEU: prediction {} has no reference; expected one or more", i);
    sums.add(bleu_counts(predictions[i], references[i]));
  }
  return bleu_of(sums);
}

}  // namespace flanmoe
