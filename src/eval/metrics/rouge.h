// ROUGE-1 and ROUGE-L as rouge-score 0.1.2 computes them with its stemmer on.
#pragma once

#include <string>
#include <vector>

namespace flanmoe {

// Runs of letters and digits in lower case, those of more than three characters stemmed.
std::vector<std::string> rouge_tokens(const std::string& text);

// F1 of the words, each counted as often as both sides have it; otherwise as rouge_l.
double rouge_1(const std::string& prediction, const std::vector<std::string>& references);

// F1 of the longest common subsequence, the best reference counts; 0 when a side has no tokens.
double rouge_l(const std::string& prediction, const std::vector<std::string>& references);

}  // namespace flanmoe
