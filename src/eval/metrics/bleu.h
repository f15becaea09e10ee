// Corpus BLEU (Papineni et al. 2002) as sacreBLEU computes it by default: tokenizer 13a, n-grams up to 4, case kept,
// zero precisions smoothed exponentially, no effective order.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flanmoe {

// mteval-v13a's tokens: punctuation apart, but "." and "," only where no digit stands on both sides, and "-" behind a
// digit.
std::vector<std::string> bleu_tokens(const std::string& text);

// What BLEU adds up over predictions: n-grams that are right and all of them by order, tokens of the predictions and of
// the references closest to them.
struct BleuCounts {
  static constexpr size_t kOrder = 4;
  std::array<int64_t, kOrder> right{}, total{};
  int64_t length = 0, reference_length = 0;
  void add(const BleuCounts& other);
};
BleuCounts bleu_counts(const std::string& prediction, const std::vector<std::string>& references);
double bleu_of(const BleuCounts& counts);  // 0 to 100

// A metric of one item (metrics.h), 0 to 1.
double bleu(const std::string& prediction, const std::vector<std::string>& answers);

// 0 to 100. references[i] are those of predictions[i], one or more; UserError when the numbers differ or one has none.
// n-grams are clipped by the reference that has most of them, the brevity penalty takes the reference length closest
// to the prediction's (the shorter of two as close). 0 when no word is right or no prediction has four tokens.
double corpus_bleu(const std::vector<std::string>& predictions,
                   const std::vector<std::vector<std::string>>& references);

}  // namespace flanmoe
