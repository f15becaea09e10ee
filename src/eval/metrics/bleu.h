// Corpus BLEU (Papineni et al. 2002) as sacreBLEU computes it by default: tokenizer 13a, n-grams up to 4, case kept,
// zero precisions smoothed exponentially, no effective order.
#pragma once

#include <string>
#include <vector>

namespace flanmoe {

// mteval-v13a's tokens: punctuation apart, but "." and "," only where no digit stands on both sides, and "-" behind a
// digit.
std::vector<std::string> bleu_tokens(const std::string& text);

// 0 to 100. references[i] are those of predictions[i], one or more; UserError when the numbers differ or one has none.
// n-grams are clipped by the reference that has most of them, the brevity penalty takes the reference length closest
// to the prediction's (the shorter of two as close). 0 when no word is right or no prediction has four tokens.
double corpus_bleu(const std::vector<std::string>& predictions,
                   const std::vector<std::vector<std::string>>& references);

}  // namespace flanmoe
