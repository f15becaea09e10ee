// Exact match and token F1 of SQuAD's evaluation (version 2: two empty answers agree), and Super-NaturalInstructions'
// exact match.
#pragma once

#include <string>
#include <vector>

namespace flanmoe {

// Lower case, without ASCII punctuation ("3.5" is "35") and the articles a, an, the; words joined by one space.
std::string squad_normalised(const std::string& text);

// The best accepted answer counts.
double exact_match(const std::string& prediction, const std::vector<std::string>& answers);
// As exact_match, but articles stay.
double niv2_exact_match(const std::string& prediction, const std::vector<std::string>& answers);
// F1 of the words, each counted as often as both sides have it.
double token_f1(const std::string& prediction, const std::vector<std::string>& answers);

}  // namespace flanmoe
